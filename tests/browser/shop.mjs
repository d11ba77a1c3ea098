// The real binary as a process with a data folder of its own.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const START_LIMIT_MS = 90_000;

/** Starts the shop; answers its address and how to stop it. */
export async function startShop(binary, settings = {}) {
  if (!existsSync(binary)) throw new Error(`${binary} is not built`);
  const folder = mkdtempSync(path.join(tmpdir(), "amazoff-browser-"));
  const logFile = path.join(folder, "server.log");
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("AMAZOFF_"));
  const env = {
    ...Object.fromEntries(inherited),
    AMAZOFF_LISTEN: "127.0.0.1:0",
    AMAZOFF_DATA_DIR: path.join(folder, "data"),
    AMAZOFF_OWNER_EMAIL: "owner@example.com",
    AMAZOFF_OWNER_PASSWORD: "an owner's long password",
    ...settings,
  };
  const child = spawn(path.resolve(binary), [], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.once("exit", () => child.kill("SIGKILL")); // when the tests are ended from outside
  const stop = async () => {
    child.kill("SIGTERM");
    const forced = setTimeout(() => child.kill("SIGKILL"), 20_000);
    await ended;
    clearTimeout(forced);
    rmSync(folder, { recursive: true, force: true });
  };
  const tail = () => {
    const lines = readFileSync(logFile, "utf8").split("\n");
    return lines.filter((line, at) => /WARN|ERROR/.test(line) || at > lines.length - 10).join("\n");
  };
  try {
    return { base: await whenReady(child, logFile), stop, tail };
  } catch (error) {
    const reason = `${error.message}\n${tail()}`;
    await stop();
    throw new Error(reason);
  }
}

async function whenReady(child, logFile) {
  const limit = Date.now() + START_LIMIT_MS;
  while (Date.now() < limit) {
    if (child.exitCode !== null) throw new Error(`the shop ended with ${child.exitCode}`);
    const text = existsSync(logFile) ? readFileSync(logFile, "utf8") : "";
    const base = text.match(/listening on (http:\/\/[0-9.:[\]a-z]+)/)?.[1];
    if (base && (await fetch(`${base}/health/ready`).catch(() => null))?.ok) return base;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the shop does not serve");
}
