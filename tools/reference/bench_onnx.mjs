// Measures ONNX Runtime's speed of evaluation, in the way bench_torch.py measures PyTorch's: every
// figure is the median of several runs, the best batch size counts. Prints a line for each to stderr
// and a JSON object to stdout.
//   usage: bench_onnx.mjs MODULES MODEL.onnx [THREADS [BATCH,BATCH,... [RUNS]]]
// MODULES is a directory in which npm has installed onnxruntime-node.
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";

const [modules, model, threads = "2", batches = "1,8,32,64,128,256,512", runs = "5"] =
  process.argv.slice(2);
const require = createRequire(path.resolve(modules, "package.json"));
const ort = require("onnxruntime-node");
const SECONDS = 0.5;

function now() {
  return Number(process.hrtime.bigint()) / 1e9;
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

// Images per second with batches of one size.
async function rate(session, batch) {
  const pixels = Float32Array.from({ length: batch * 3 * 32 * 32 }, (_, i) => Math.sin(i));
  const feed = { image: new ort.Tensor("float32", pixels, [batch, 3, 32, 32]) };
  await session.run(feed);
  const start = now();
  await session.run(feed);
  const repeats = Math.max(1, Math.round(SECONDS / (now() - start)));
  const rates = [];
  for (let run = 0; run < Number(runs); run++) {
    const begin = now();
    for (let i = 0; i < repeats; i++) await session.run(feed);
    rates.push((repeats * batch) / (now() - begin));
  }
  return median(rates);
}

const session = await ort.InferenceSession.create(model, {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
});
const best = { inference_images_per_second: 0 };
for (const batch of batches.split(",").map(Number)) {
  const value = await rate(session, batch);
  console.error(`inference, batch ${batch}`.padEnd(48), value.toFixed(1).padStart(9), "images/s");
  if (value > best.inference_images_per_second)
    Object.assign(best, { inference_images_per_second: value, inference_batch: batch });
}
const version = require("onnxruntime-node/package.json").version;
console.log(JSON.stringify({ program: `ONNX Runtime ${version}`, threads: Number(threads), ...best }));
