// What a surface can show, as its height or its colour.

// title: in the settings; words: what a file may lack; name: of the colours, null for what the file
// calls its loss; axis: in the picture; unit: behind a value.
const quantities = [
  { key: 'loss', title: 'Loss', words: 'finite losses', name: null, axis: 'loss', unit: '' },
  {
    key: 'accuracy',
    title: 'Accuracy',
    words: 'accuracies',
    name: 'accuracy in percent',
    axis: 'accuracy, %',
    unit: ' %',
  },
  {
    key: 'error',
    title: 'Std. error',
    words: 'standard errors',
    name: 'standard error of the loss',
    axis: 'standard error',
    unit: '',
  },
  {
    key: 'convexity',
    title: 'Eigenvalues',
    words: 'eigenvalues',
    name: '|smallest / largest eigenvalue|',
    axis: 'eigenvalue ratio',
    unit: '',
  },
];

// The scale of a quantity; range: of its values, as extent() gives it. How the loss is drawn is the
// user's choice. A ratio of eigenvalues above 1 says no more than 1.
function scaleOf(key, range, { log, clip }) {
  if (key === 'loss') return new Scale(range, { log, clip });
  return new Scale(range, {
    log: key === 'error' && range.max > 100 * range.positive,
    clip: key === 'convexity' ? 1 : null,
  });
}
