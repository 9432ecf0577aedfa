import * as drawing from './drawing.js';
import * as corrections from './corrections.js';
import * as network from './network.js';
import { nothing, ofNumber, ofOne, show, showFailure } from './answer.js';

const byId = id => document.getElementById(id);
const { model } = network;
const words = model.isDigits ? { one: 'digit', many: 'number' } : model.readsText ? { one: 'letter', many: 'word' } : { one: 'picture', many: '' };

// One digit on a square paper, or several side by side on a wide one.
const modes = {
  one: {
    title: `Draw a ${words.one}`, label: `Draw one ${words.one} here`, hint: model.readsText ? `${model.classes[0]}–${model.classes.at(-1)}` : '',
    bars: `Probability of each ${model.isDigits ? 'digit' : 'class'}`, width: 560, ask: network.predict, view: answer => ofOne(answer, model.classes),
  },
  number: {
    title: `Draw a ${words.many}`, label: `Draw several ${words.one}s side by side here`, hint: model.isDigits ? '407' : 'word',
    bars: `Probability of each ${words.one} that was read`, width: 1400, ask: network.read, view: ofNumber,
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

// Asking: one question under way at a time, and the newest drawing next.
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
    const { answer, timing } = await asked.ask(drawing.picture());
    if (asked !== mode || drawing.isEmpty()) { askAgain = true; return; }
    present(asked.view(answer), answer.digits ?? [], timing);
  } catch (error) {
    showFailure(error.message);
  }
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
if (network.keep) corrections.offer(model.classes, index => network.keep(index, drawing.picture()));
drawing.listen({ changed: ask, ended: speak });
ask();
