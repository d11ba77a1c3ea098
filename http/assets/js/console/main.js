// The ops console: which view belongs to which address.
import { run } from "../kit/view.js";

run([]);
