// The ops console: which view belongs to which address. What it shows live is read for as long as its page is open.
import { run } from "../kit/view.js";
import { audit } from "./audit.js";
import { causes } from "./entities/causes.js";
import { oneEntity } from "./entities/entity.js";
import { entities } from "./entities/list.js";
import { start as sample } from "./feed/sampler.js";
import { start as listen } from "./feed/stream.js";
import { limits } from "./limits/limits.js";
import { runtime } from "./limits/runtime.js";
import { overview } from "./overview/overview.js";
import { tree } from "./tree/tree.js";
import { deadLetters, discarded } from "./trouble/letters.js";
import { outbox } from "./trouble/outbox.js";
import { quarantine } from "./trouble/quarantine.js";
import { processes } from "./work/processes.js";
import { projections } from "./work/projections.js";
import { reconciliations, report } from "./work/reconciliations.js";
import { strays } from "./work/strays.js";

sample();
listen();
run([
  ["/console", overview],
  ["/console/tree", tree],
  ["/console/entities", entities],
  ["/console/entities/causes/:correlation", causes],
  ["/console/entities/:id", oneEntity],
  ["/console/processes", processes],
  ["/console/processes/projections", projections],
  ["/console/processes/reconciliations", reconciliations],
  ["/console/processes/reconciliations/:report", report],
  ["/console/processes/strays", strays],
  ["/console/trouble", quarantine],
  ["/console/trouble/dead-letters", deadLetters],
  ["/console/trouble/discarded", discarded],
  ["/console/trouble/outbox", outbox],
  ["/console/limits", limits],
  ["/console/limits/runtime", runtime],
  ["/console/audit", audit],
]);
