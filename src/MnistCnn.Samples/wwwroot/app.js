import * as drawing from './drawing.js';
import * as corrections from './corrections.js';
import { nothing, ofNumber, ofOne, show, showFailure } from './answer.js';

const byId = id => document.getElementById(id);
const model = await (await fetch('model')).json();
const words = model.isDigits ? { one: 'digit', many: 'number' } : model.readsText ? { one: 'letter', many: 'word' } : { one: 'picture', many: '' };

// One digit on a square paper, or several side by side on a wide one.
const modes = {
  one: {
    title: `Draw a ${words.one}`, label: `Draw one ${words.one} here`, hint: model.readsText ? `${model.classes[0]}–${model.classes.at(-1)}` : '',
    bars: `Probability of each ${model.isDigits ? 'digit' : 'class'}`, width: 560, path: 'predict?pixels=true', view: answer => ofOne(answer, model.classes),
  },
  number: {
    title: `Draw a ${words.many}`, label: `Draw several ${words.one}s side by side here`, hint: model.isDigits ? '407' : 'word',
    bars: `Probability of each ${words.one} that was read`, width: 1400, path: 'read', view: ofNumber,
  },
};
let mode = modes.one;
let view = nothing;

function describe(chosen) {
  mode = chosen;
  document.body.classList.toggle('number', mode === modes.number);
  document.title = `${mode.title} · MnistCnn`;
  byId('title').textContent = mode.title;
  byId('hint').textContent = mode.hint;
  byId('paper').setAttribute('aria-label', mode.label);
  byId('bars').setAttribute('aria-label', mode.bars);
}

for (const button of document.querySelectorAll('#modes input')) {
  button.addEventListener('change', () => { describe(modes[button.value]); drawing.resize(mode.width); });
}

// Asking: one request under way at a time, and the newest drawing next.
let asking = false;
let askAgain = false;

async function ask() {
  if (asking) { askAgain = true; return; }
  asking = true;
  do {
    askAgain = false;
    await askOnce(mode);
  } while (askAgain);
  asking = false;
}

async function askOnce(asked) {
  if (drawing.isEmpty()) { present(asked.view(null), []); return; }
  try {
    const body = await picture();
    const started = performance.now();
    const response = await fetch(asked.path, { method: 'POST', body });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    const roundTrip = performance.now() - started;
    const network = Number(/network;dur=([\d.]+)/.exec(response.headers.get('Server-Timing'))?.[1]);
    if (asked !== mode || drawing.isEmpty()) { askAgain = true; return; }
    present(asked.view(answer), answer.digits ?? [], { roundTrip, network });
  } catch (error) {
    showFailure(error instanceof TypeError ? 'The server does not answer.' : error.message);
  }
}

// Half the paper's size, white on black.
function picture() {
  const { width, height } = drawing.size();
  const upload = new OffscreenCanvas(width / 2, height / 2);
  const pen = upload.getContext('2d');
  pen.fillRect(0, 0, upload.width, upload.height);
  pen.scale(0.5, 0.5);
  drawing.draw(pen, '#fff');
  return upload.convertToBlob({ type: 'image/png' });
}

function present(newView, found, timing) {
  view = newView;
  show(view, timing);
  corrections.update(mode === modes.one && !view.isEmpty);
  drawing.showBoxes(found.map(({ left, top, width, height }) => ({ left: 2 * left, top: 2 * top, width: 2 * width, height: 2 * height })));
}

// A screen reader hears the result once a stroke has ended, not at every move.
let speaking = 0;
function speak() {
  clearTimeout(speaking);
  speaking = setTimeout(() => { byId('spoken').textContent = view.spoken; }, 400);
}

byId('seen').width = model.width;
byId('seen').height = model.height;
byId('seen').setAttribute('aria-label', `The drawing as the network receives it: ${model.width} by ${model.height} pixels`);
byId('name-one').textContent = `One ${words.one}`;
byId('name-many').textContent = `A ${words.many}`;
byId('modes').hidden = !model.readsText;
describe(modes.one);
await corrections.offer(model.classes, picture);
drawing.listen({ changed: ask, ended: speak });
ask();
