// Autodesk's own SDK: files one after the other by downloadObject, as its samples show it.
//
// aps_sdk.mjs API_ORIGIN BUCKET LIST, with a line of size, key and path for each file.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PEERS_NODE}/`);
const { OssClient } = require("@aps_sdk/oss");
const { SdkManagerBuilder } = require("@aps_sdk/autodesk-sdkmanager");

const [origin, bucket, list] = process.argv.slice(2);
const files = readFileSync(list, "utf8").trimEnd().split("\n").map((line) => line.split("\t"));

const begun = process.hrtime.bigint();
const cpu = process.cpuUsage();
// It still writes when `downloadObject` is done, so the end is when nothing is left to do.
process.on("exit", () => {
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const used = process.cpuUsage(cpu);
  console.log(JSON.stringify({ seconds, cpu_seconds: (used.user + used.system) / 1e6 }));
});

const sdkManager = SdkManagerBuilder.create().build();
sdkManager.apsConfiguration.baseAddress = new URL(origin);
const client = new OssClient({ sdkManager });
const accessToken = process.env.APS_ACCESS_TOKEN ?? "none";
for (const [, key, path] of files) {
  await client.downloadObject(bucket, key, path, { accessToken });
}
