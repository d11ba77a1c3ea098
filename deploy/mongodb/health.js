// Healthy is: a member of the replica set that takes writes. Makes the set at the first call.
const fs = require("fs");
const password = fs.readFileSync("/run/secrets/mongodb_root_password", "utf8").trim();
const admin = db.getSiblingDB("admin");
admin.auth("root", password);
try {
  rs.status();
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongodb:27017" }] });
}
quit(admin.hello().isWritablePrimary ? 0 : 1);
