// The right-hand side: what the network takes the drawing for.

const byId = id => document.getElementById(id);
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });

// Up to so many classes have a row each, in their order; of more, the most probable are shown.
const mostRows = 12;
const rankedRows = 10;

export const nothing = { text: '–', spoken: 'Nothing drawn', isEmpty: true };

// One class of the model.
export function ofOne(answer, classes) {
  const shares = classes.map((name, i) => ({ name, share: answer?.probabilities[i] ?? 0, first: i === answer?.digit }));
  const ranked = shares.toSorted((a, b) => b.share - a.share);
  const rows = classes.length <= mostRows ? shares : answer ? ranked.slice(0, rankedRows) : [];
  if (!answer) return { ...nothing, certainty: 'Nothing drawn yet', rows };
  const unknown = classes.join('') === '0123456789' ? 'Not a digit' : 'Not like anything it knows';
  if (!answer.familiar) {
    return { text: '?', rows, pixels: answer.pixels, certainty: unknown, second: `nearest: ${answer.class}`, spoken: unknown };
  }
  return {
    text: answer.class, isLong: answer.class.length > 2, rows, certainty: sureness(answer.probability), pixels: answer.pixels,
    second: ranked[1].share >= 0.01 ? `or ${ranked[1].name}, ${percent.format(ranked[1].share)}` : '',
    spoken: `${answer.class}, ${percent.format(answer.probability)}`,
  };
}

// A written number: a row for each of its digits.
export function ofNumber(answer) {
  if (!answer) return { ...nothing, certainty: 'Nothing drawn yet', rows: [] };
  if (answer.digits.length === 0) return { ...nothing, certainty: 'No digit found', spoken: 'No digit found', rows: [] };
  return {
    text: answer.number, isLong: answer.number.length > 6, certainty: sureness(answer.probability),
    spoken: `${answer.number}, ${percent.format(answer.probability)}`,
    rows: answer.digits.map(digit => ({ name: digit.digit, share: digit.probability, first: true })),
  };
}

export function show(view, timing) {
  byId('digit').textContent = view.text;
  byId('digit').classList.toggle('empty', !!view.isEmpty);
  byId('digit').classList.toggle('long', !!view.isLong);
  byId('certainty').textContent = view.certainty;
  byId('second').textContent = view.second ?? '';
  showRows(view.rows);
  byId('seen').hidden = !view.pixels;
  if (view.pixels) showPixels(Uint8Array.from(atob(view.pixels), c => c.charCodeAt(0)));
  byId('latency').classList.remove('failed');
  byId('latency').textContent = timing ?? '\u00a0';
}

export function showLoading(message) {
  byId('latency').textContent = message;
}

export function showFailure(message) {
  byId('latency').textContent = message;
  byId('latency').classList.add('failed');
}

function showRows(rows) {
  const list = byId('bars');
  while (list.children.length > rows.length) list.lastChild.remove();
  while (list.children.length < rows.length) {
    const row = document.createElement('li');
    row.innerHTML = '<span class="name"></span><div class="track"><div class="bar"></div></div><span class="share"></span>';
    list.append(row);
  }
  const longest = Math.min(14, Math.max(1.2, ...rows.map(row => row.name.length)));
  list.style.setProperty('--name', `${longest}ch`);
  list.classList.toggle('named', longest > 2);
  rows.forEach(({ name, share, first }, i) => {
    const row = list.children[i];
    row.querySelector('.name').textContent = name;
    row.querySelector('.bar').style.transform = `scaleX(${share})`;
    row.querySelector('.share').textContent = share > 0 ? percent.format(share) : '';
    row.classList.toggle('first', first);
  });
}

function sureness(probability) {
  const share = probability > 0.995 ? 'over 99%' : percent.format(probability);
  return probability > 0.9 ? `Sure: ${share}` : probability > 0.6 ? `Likely: ${share}` : `Not sure: ${share}`;
}

function showPixels(grey) {
  const canvas = byId('seen');
  const image = new ImageData(canvas.width, canvas.height);
  grey.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  canvas.getContext('2d').putImageData(image, 0, 0);
}
