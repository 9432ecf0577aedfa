// A button for each class says what a drawing is that was read wrongly.

const correction = document.createElement('p');
const thanks = document.createElement('span');

// `keep` takes the index of a class, keeps the drawing as one of it, and says how many there are.
export function offer(classes, keep) {
  correction.id = 'correction';
  correction.hidden = true;
  thanks.setAttribute('role', 'status');
  const buttons = classes.map((name, index) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.addEventListener('click', async () => {
      try {
        thanks.textContent = ` Kept as ${name}: ${await keep(index)} so far.`;
      } catch (error) {
        thanks.textContent = ` ${error.message}`;
      }
    });
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
