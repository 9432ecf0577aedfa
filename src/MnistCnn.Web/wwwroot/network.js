// What the page asks of the network, which runs in the page itself.

import { showFailure, showLoading } from './answer.js';
import { dotnet } from './runtime/dotnet.js';

let network;
export let model;

showLoading('Loading the network …');
try {
  const [runtime, weights] = await Promise.all([dotnet.create(), load('model.safetensors')]);
  const exports = await runtime.getAssemblyExports(runtime.getConfig().mainAssemblyName);
  network = exports.MnistCnn.Web.BrowserPredictor;
  model = JSON.parse(network.Load(weights));
} catch (error) {
  showFailure(`The network cannot be loaded: ${error.message}`);
  throw error;
}

// One class.
export function predict(canvas) {
  const [pixels, preparation] = timed(() => network.Prepare(greyOf(canvas), canvas.width));
  const [answer, prediction] = timed(() => network.Predict(pixels));
  return { answer: JSON.parse(answer), timing: `Network ${prediction} ms · Preparation ${preparation} ms` };
}

// Several side by side.
export function read(canvas) {
  const [answer, reading] = timed(() => network.Read(greyOf(canvas), canvas.width));
  return { answer: JSON.parse(answer), timing: `Network and preparation ${reading} ms` };
}

async function load(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

// A byte a pixel: the picture is grey, so that red is as good as any colour.
function greyOf(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
}

function timed(work) {
  const started = performance.now();
  const result = work();
  return [result, (performance.now() - started).toFixed(1)];
}
