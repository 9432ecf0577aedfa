// Where the server keeps corrections, a button for each class says what a drawing is that was read wrongly.

const correction = document.createElement('p');
const thanks = document.createElement('span');

export async function offer(classes, picture) {
  const answer = await (await fetch('correct')).json();
  if (!answer.kept) return;
  correction.id = 'correction';
  correction.hidden = true;
  thanks.setAttribute('role', 'status');
  const buttons = classes.map((name, index) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.addEventListener('click', async () => correct(index, await picture()));
    return button;
  });
  correction.append('Wrong? It is ', ...buttons, thanks);
  document.getElementById('bars').after(correction);
}

// Only for one class: a number has several.
export function update(isShown) {
  correction.hidden = !isShown;
  thanks.textContent = '';
}

async function correct(index, body) {
  const response = await fetch(`correct?digit=${index}`, { method: 'POST', body });
  const answer = await response.json();
  thanks.textContent = response.ok ? ` Kept as ${answer.class}: ${answer.kept} so far.` : ` ${answer.error}`;
}
