'use strict';

// Where the server keeps corrections, ten buttons say what a drawing is that was read wrongly.
const correction = document.createElement('p');
correction.id = 'correction';
correction.hidden = true;
correction.append('Wrong? It is ');
for (let digit = 0; digit < 10; digit++) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = digit;
  button.addEventListener('click', () => correct(digit));
  correction.append(button);
}
const thanks = document.createElement('span');
thanks.setAttribute('role', 'status');
correction.append(thanks);

async function correct(digit) {
  const body = await upload.convertToBlob({ type: 'image/png' });
  const response = await fetch(`correct?digit=${digit}`, { method: 'POST', body });
  const answer = await response.json();
  thanks.textContent = response.ok ? ` Kept as ${answer.digit}: ${answer.kept} so far.` : ` ${answer.error}`;
}

fetch('correct').then(response => response.json()).then(answer => {
  if (!answer.kept) return;
  byId('bars').after(correction);
  new MutationObserver(() => {
    correction.hidden = byId('digit').classList.contains('empty');
    if (correction.hidden) thanks.textContent = '';
  }).observe(byId('digit'), { attributes: true });
});
