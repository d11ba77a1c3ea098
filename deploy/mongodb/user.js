// Runs once, when the data folder is empty: the shop's own user, with rights on its database and no other.
const fs = require("fs");
const password = fs.readFileSync("/run/secrets/mongodb_password", "utf8").trim();
db.getSiblingDB("amazoff").createUser({
  user: "amazoff",
  pwd: password,
  roles: [{ role: "readWrite", db: "amazoff" }],
});
