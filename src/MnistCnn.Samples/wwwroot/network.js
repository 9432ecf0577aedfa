// What the page asks of the network, which a server runs.

export const model = await get('model');

// Keeps a drawing under a class where the server keeps corrections.
export const keep = (await get('correct')).kept ? async (index, canvas) => (await post(`correct?digit=${index}`, canvas)).answer.kept : null;

// One class.
export async function predict(canvas) {
  const { answer, headers, roundTrip } = await post('predict?pixels=true', canvas);
  const network = Number(/network;dur=([\d.]+)/.exec(headers.get('Server-Timing'))[1]);
  return { answer, timing: `Network ${network.toFixed(2)} ms · ${roundTrip}` };
}

// Several side by side.
export async function read(canvas) {
  const { answer, roundTrip } = await post('read', canvas);
  return { answer, timing: roundTrip };
}

async function get(path) {
  return (await fetch(path)).json();
}

async function post(path, canvas) {
  const body = await canvas.convertToBlob({ type: 'image/png' });
  const started = performance.now();
  const response = await fetch(path, { method: 'POST', body }).catch(() => { throw new Error('The server does not answer.'); });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return { answer, headers: response.headers, roundTrip: `Round trip ${(performance.now() - started).toFixed(1)} ms` };
}
