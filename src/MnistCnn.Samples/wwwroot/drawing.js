// The paper: strokes by mouse, pen, touch and keyboard, undo and clear. Knows nothing of models.

const byId = id => document.getElementById(id);
const paper = byId('paper');
const pen = paper.getContext('2d');
const width = paper.height / 13;

// A stroke is a list of points; the strokes are all there is, so that undo is a pop and a redraw.
let strokes = [];
let live = null;
let boxes = [];
let listener = { changed() {}, ended() {} };

// `changed` is called for every new point, `ended` once a stroke is whole or taken back.
export function listen(to) { listener = to; }

export const isEmpty = () => strokes.length === 0;

function draw(context, ink) {
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = width;
  context.lineCap = context.lineJoin = 'round';
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0].x, stroke[0].y);
    if (stroke.length === 1) context.lineTo(stroke[0].x + 0.1, stroke[0].y);
    for (let i = 1; i < stroke.length - 1; i++) {
      const middle = { x: (stroke[i].x + stroke[i + 1].x) / 2, y: (stroke[i].y + stroke[i + 1].y) / 2 };
      context.quadraticCurveTo(stroke[i].x, stroke[i].y, middle.x, middle.y);
    }
    if (stroke.length > 1) context.lineTo(stroke.at(-1).x, stroke.at(-1).y);
    context.stroke();
  }
}

// The drawing as a network sees it: white on black, at half the paper's size.
export function picture() {
  const canvas = new OffscreenCanvas(paper.width / 2, paper.height / 2);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(0.5, 0.5);
  draw(context, '#fff');
  return canvas;
}

// Frames around what was found, in the paper's pixels.
export function showBoxes(found) {
  boxes = found;
  redraw();
}

// An empty paper of another width.
export function resize(newWidth) {
  paper.width = newWidth;
  keyboard.x = Math.min(newWidth / 2, paper.height / 2);
  keyboard.y = paper.height / 4;
  clear();
}

export function redraw() {
  pen.clearRect(0, 0, paper.width, paper.height);
  draw(pen, color('--ink'));
  pen.lineWidth = 3;
  pen.strokeStyle = color('--accent');
  for (const box of boxes) pen.strokeRect(box.left - 8, box.top - 8, box.width + 16, box.height + 16);
  if (keyboard.shown) drawCursor();
  document.body.classList.toggle('drawn', !isEmpty());
  byId('undo').disabled = byId('clear').disabled = isEmpty();
}

const color = name => getComputedStyle(paper).getPropertyValue(name);

let waiting = 0;
function changed() {
  waiting ||= requestAnimationFrame(() => { waiting = 0; redraw(); });
  listener.changed();
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

// Mouse, pen, touch.
function pointOf(event) {
  const box = paper.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width * paper.width, y: (event.clientY - box.top) / box.height * paper.height };
}

paper.addEventListener('pointerdown', event => {
  if (event.button !== 0 || live) return;
  paper.setPointerCapture(event.pointerId);
  keyboard.shown = false;
  live = { id: event.pointerId, stroke: [pointOf(event)] };
  strokes.push(live.stroke);
  changed();
});

paper.addEventListener('pointermove', event => {
  if (live?.id !== event.pointerId) return;
  for (const part of event.getCoalescedEvents?.() ?? []) live.stroke.push(pointOf(part));
  live.stroke.push(pointOf(event));
  changed();
});

for (const end of ['pointerup', 'pointercancel']) {
  paper.addEventListener(end, event => {
    if (live?.id !== event.pointerId) return;
    live = null;
    listener.ended();
  });
}

// Keyboard: held arrow keys move the pen, two of them diagonally; Shift lifts it.
const keyboard = { x: paper.height / 2, y: paper.height / 4, held: new Set(), stroke: null, shown: false, last: 0 };
const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const speed = paper.height / 1600;
const tap = paper.height / 40;

function drawCursor() {
  pen.lineWidth = 3;
  pen.strokeStyle = color('--accent');
  pen.beginPath();
  pen.arc(keyboard.x, keyboard.y, width / 2 + 3, 0, 2 * Math.PI);
  pen.stroke();
}

function move(distance, lifted) {
  let [dx, dy] = [0, 0];
  for (const key of keyboard.held) { dx += directions[key][0]; dy += directions[key][1]; }
  const length = Math.hypot(dx, dy);
  if (length === 0) return;
  if (!lifted && !keyboard.stroke) {
    keyboard.stroke = [{ x: keyboard.x, y: keyboard.y }];
    strokes.push(keyboard.stroke);
  }
  const within = (value, most) => Math.min(most - width, Math.max(width, value));
  keyboard.x = within(keyboard.x + dx / length * distance, paper.width);
  keyboard.y = within(keyboard.y + dy / length * distance, paper.height);
  if (lifted) endKeyboardStroke();
  else keyboard.stroke.push({ x: keyboard.x, y: keyboard.y });
  lifted ? redraw() : changed();
}

function endKeyboardStroke() {
  if (!keyboard.stroke) return;
  keyboard.stroke = null;
  listener.ended();
}

function tick(now) {
  if (keyboard.held.size === 0) return;
  move(speed * Math.min(50, now - keyboard.last), keyboard.lifted);
  keyboard.last = now;
  requestAnimationFrame(tick);
}

paper.addEventListener('keydown', event => {
  keyboard.lifted = event.shiftKey;
  if (!(event.key in directions) || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  keyboard.shown = true;
  if (event.repeat || keyboard.held.has(event.key)) return;
  const wasIdle = keyboard.held.size === 0;
  keyboard.held.add(event.key);
  move(tap, event.shiftKey);
  if (wasIdle) { keyboard.last = performance.now(); requestAnimationFrame(tick); }
});

paper.addEventListener('keyup', event => {
  keyboard.lifted = event.shiftKey;
  keyboard.held.delete(event.key);
});

paper.addEventListener('focus', () => { keyboard.shown = paper.matches(':focus-visible'); redraw(); });
paper.addEventListener('blur', () => { keyboard.held.clear(); keyboard.shown = false; endKeyboardStroke(); redraw(); });

// Undo and clear.
function undo() { strokes.pop(); keyboard.stroke = live = null; changed(); listener.ended(); }
function clear() { strokes = []; keyboard.stroke = live = null; changed(); listener.ended(); }
byId('undo').addEventListener('click', () => { undo(); if (isEmpty()) paper.focus(); });
byId('clear').addEventListener('click', () => { clear(); paper.focus(); });
document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') { event.preventDefault(); undo(); }
  else if (event.key === 'Escape') clear();
});
