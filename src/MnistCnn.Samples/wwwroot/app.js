'use strict';

const byId = id => document.getElementById(id);
const paper = byId('paper');
const pen = paper.getContext('2d');
const side = paper.width;
const width = side / 13;
const inkOfTheme = matchMedia('(prefers-color-scheme: dark)');

// A stroke is a list of points; the strokes are all there is, so that undo is a pop and a redraw.
let strokes = [];
let live = null;

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

function redraw() {
  pen.clearRect(0, 0, side, side);
  draw(pen, getComputedStyle(paper).getPropertyValue('--ink'));
  if (keyboard.shown) drawCursor();
  document.body.classList.toggle('drawn', strokes.length > 0);
  byId('undo').disabled = byId('clear').disabled = strokes.length === 0;
}

let waiting = 0;
function changed() {
  waiting ||= requestAnimationFrame(() => { waiting = 0; redraw(); });
  ask();
}

inkOfTheme.addEventListener('change', redraw);

// Mouse, pen, touch.
function pointOf(event) {
  const box = paper.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width * side, y: (event.clientY - box.top) / box.height * side };
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
    speak();
  });
}

// Keyboard: held arrow keys move the pen, two of them diagonally; Shift lifts it.
const keyboard = { x: side / 2, y: side / 4, held: new Set(), stroke: null, shown: false, last: 0 };
const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const speed = side / 1600;
const tap = side / 40;

function drawCursor() {
  pen.lineWidth = 3;
  pen.strokeStyle = getComputedStyle(paper).getPropertyValue('--accent');
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
  const within = value => Math.min(side - width, Math.max(width, value));
  keyboard.x = within(keyboard.x + dx / length * distance);
  keyboard.y = within(keyboard.y + dy / length * distance);
  if (lifted) endKeyboardStroke();
  else keyboard.stroke.push({ x: keyboard.x, y: keyboard.y });
  lifted ? redraw() : changed();
}

function endKeyboardStroke() {
  if (!keyboard.stroke) return;
  keyboard.stroke = null;
  speak();
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
function undo() { strokes.pop(); keyboard.stroke = live = null; changed(); speak(); }
function clear() { strokes = []; keyboard.stroke = live = null; changed(); speak(); }
byId('undo').addEventListener('click', () => { undo(); if (strokes.length === 0) paper.focus(); });
byId('clear').addEventListener('click', () => { clear(); paper.focus(); });
document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') { event.preventDefault(); undo(); }
  else if (event.key === 'Escape') clear();
});

// Asking: one request under way at a time, and the newest drawing next.
const upload = new OffscreenCanvas(side / 2, side / 2);
const uploadPen = upload.getContext('2d');
let asking = false;
let askAgain = false;

async function ask() {
  if (asking) { askAgain = true; return; }
  asking = true;
  do {
    askAgain = false;
    await askOnce();
  } while (askAgain);
  asking = false;
}

async function askOnce() {
  if (strokes.length === 0) { show(null); return; }
  uploadPen.setTransform(1, 0, 0, 1, 0, 0);
  uploadPen.fillStyle = '#000';
  uploadPen.fillRect(0, 0, upload.width, upload.height);
  uploadPen.scale(0.5, 0.5);
  draw(uploadPen, '#fff');
  try {
    const body = await upload.convertToBlob({ type: 'image/png' });
    const started = performance.now();
    const response = await fetch('predict?pixels=true', { method: 'POST', body });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    const roundTrip = performance.now() - started;
    const network = Number(/network;dur=([\d.]+)/.exec(response.headers.get('Server-Timing'))?.[1]);
    show(strokes.length === 0 ? null : { ...answer, roundTrip, network });
  } catch (error) {
    byId('latency').textContent = error instanceof TypeError ? 'The server does not answer.' : error.message;
    byId('latency').classList.add('failed');
  }
}

// Showing.
const bars = Array.from({ length: 10 }, (_, digit) => {
  const row = document.createElement('li');
  row.innerHTML = '<span></span><div class="track"><div class="bar"></div></div><span class="share"></span>';
  row.firstChild.textContent = digit;
  byId('bars').append(row);
  return row;
});
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
let answered = null;

function show(answer) {
  answered = answer;
  const ranked = answer ? answer.probabilities.map((share, digit) => ({ share, digit })).sort((a, b) => b.share - a.share) : [];
  bars.forEach((row, digit) => {
    const share = answer?.probabilities[digit] ?? 0;
    row.querySelector('.bar').style.transform = `scaleX(${share})`;
    row.querySelector('.share').textContent = answer ? percent.format(share) : '';
    row.classList.toggle('first', answer?.digit === digit);
  });
  byId('digit').textContent = answer ? (answer.familiar ? answer.digit : '?') : '–';
  byId('digit').classList.toggle('empty', !answer);
  byId('certainty').textContent = answer ? (answer.familiar ? sureness(answer.probability) : 'Not a digit') : 'Nothing drawn yet';
  byId('second').textContent = !answer ? '' : !answer.familiar ? `nearest: ${answer.digit}`
    : ranked[1].share >= 0.01 ? `or ${ranked[1].digit}, ${percent.format(ranked[1].share)}` : '';
  byId('seen').hidden = !answer?.pixels;
  if (answer?.pixels) showPixels(Uint8Array.from(atob(answer.pixels), c => c.charCodeAt(0)));
  byId('latency').classList.remove('failed');
  byId('latency').textContent = answer ? `Network ${answer.network.toFixed(2)} ms · round trip ${answer.roundTrip.toFixed(1)} ms` : '\u00a0';
}

function sureness(probability) {
  const share = probability > 0.995 ? 'over 99%' : percent.format(probability);
  return probability > 0.9 ? `Sure: ${share}` : probability > 0.6 ? `Likely: ${share}` : `Not sure: ${share}`;
}

function showPixels(grey) {
  const image = new ImageData(28, 28);
  grey.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  byId('seen').getContext('2d').putImageData(image, 0, 0);
}

// A screen reader hears the result once a stroke has ended, not at every move.
let speaking = 0;
function speak() {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    byId('spoken').textContent = answered ? `${answered.digit}, ${percent.format(answered.probability)}` : 'Nothing drawn';
  }, 400);
}

show(null);
redraw();
