// Multilayer perceptrons and likelihoods, computed in the page.
import { floats } from "./page.js";

function erf(v) { // Abramowitz and Stegun 7.1.26, error below 1.5e-7
  const t = 1 / (1 + 0.3275911 * Math.abs(v));
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(v) * (1 - tail * Math.exp(-v * v));
}

const softplus = (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
const sigmoid = (v) => 1 / (1 + Math.exp(-v));
const ACTIVATIONS = {
  Tanh: Math.tanh,
  ReLU: (v) => Math.max(0, v),
  SiLU: (v) => v * sigmoid(v),
  Sigmoid: sigmoid,
  Softplus: softplus,
  GELU: (v) => 0.5 * v * (1 + erf(v / Math.SQRT2)),
};

// A function from an array of inputs to an array of outputs, or null where there are no layers.
export function network(layers, weights) {
  if (!layers.length) return null;
  const w = floats(weights);
  return (input) => {
    let h = input, at = 0;
    for (const { inputs, outputs, activation } of layers) {
      const next = new Float64Array(outputs), biases = at + inputs * outputs;
      for (let o = 0; o < outputs; o++) {
        let sum = w[biases + o];
        for (let i = 0, row = at + o * inputs; i < inputs; i++) sum += w[row + i] * h[i];
        next[o] = activation ? ACTIVATIONS[activation](sum) : sum;
      }
      h = next;
      at = biases + outputs;
    }
    return h;
  };
}

// log of the integral of exp(x h) over x in [0, 1]
function logUniformMoment(h) {
  if (Math.abs(h) < 1e-2) return h / 2 + (h * h) / 24;
  return Math.max(h, 0) + Math.log(-Math.expm1(-Math.abs(h)) / Math.abs(h));
}

// What the decoder's output h means for a pixel x: log p(x|h) = x slope(h) + offset(h) + carrier(x), and the mean of x.
export function likelihood({ family, logvar = 0 }) {
  const variance = Math.exp(logvar), zero = () => 0;
  return {
    bernoulli: { mean: sigmoid, slope: (h) => h, offset: (h) => -softplus(h), carrier: zero },
    continuous_bernoulli: {
      mean: (h) => (Math.abs(h) < 1e-2 ? 0.5 + h / 12 : 1 / -Math.expm1(-h) - 1 / h),
      slope: (h) => h, offset: (h) => -logUniformMoment(h), carrier: zero,
    },
    gaussian: {
      mean: (h) => h, slope: (h) => h / variance, offset: (h) => (-h * h) / (2 * variance),
      carrier: (x) => (-x * x) / (2 * variance) - 0.5 * Math.log(2 * Math.PI * variance),
    },
  }[family];
}
