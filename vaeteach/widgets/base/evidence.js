// log p(x) and the bound of any picture, by the trapezoid rule over the plane: what vaeteach.exact does, in the page.

// The likelihood is linear in x (x slope + offset + carrier), so the decoder is run over the grid once, a few rows at a
// time while the page is idle; afterwards one picture costs one product with that table, some milliseconds.
export function evidenceTable({ decode, likelihood, logPrior, limit, pixels }, ready) {
  const points = Math.round(Math.sqrt(logPrior.length)), step = (2 * limit) / (points - 1);
  const slopes = new Float32Array(points * points * pixels), base = Float64Array.from(logPrior);
  const axis = Float64Array.from({ length: points }, (_, i) => -limit + i * step);
  let row = 0, timer = 0;
  function fill() {
    const end = performance.now() + 8;
    for (; row < points && performance.now() < end; row++)
      for (let column = 0; column < points; column++) {
        const node = row * points + column, h = decode([axis[column], axis[row]]);
        for (let p = 0; p < pixels; p++) {
          slopes[node * pixels + p] = likelihood.slope(h[p]);
          base[node] += likelihood.offset(h[p]);
        }
      }
    timer = 0;
    if (row < points) timer = setTimeout(fill, 0);
    else ready();
  }
  return {
    start() { if (!timer && row < points) timer = setTimeout(fill, 0); },
    stop() { clearTimeout(timer); },
    // { evidence, bound } of picture x under q = N(mean, diag(spread^2)), nats; null before the table is full. The
    // bound is NaN where the grid cannot see q.
    of(x, q) { return row < points ? null : sums(jointLogDensity(x, slopes, base, likelihood), axis, step, q); },
  };
}

function jointLogDensity(x, slopes, base, { carrier }) {
  const constant = x.reduce((sum, v) => sum + carrier(v), 0), pixels = x.length;
  const inked = [...x.keys()].filter((p) => x[p] !== 0); // most pixels of a digit are white
  return base.map((offset, node) => {
    let sum = offset + constant;
    for (const p of inked) sum += x[p] * slopes[node * pixels + p];
    return sum;
  });
}

function sums(joint, axis, step, { mean, spread }) {
  const top = joint.reduce((a, b) => Math.max(a, b), -Infinity), points = axis.length;
  const height = (k) => -Math.log(spread[k] * Math.sqrt(2 * Math.PI));
  const log = (k) => axis.map((z) => height(k) - 0.5 * ((z - mean[k]) / spread[k]) ** 2);
  const [across, up] = [log(0), log(1)];
  let total = 0, mass = 0, bound = 0;
  for (let row = 0, node = 0; row < points; row++)
    for (let column = 0; column < points; column++, node++) {
      total += Math.exp(joint[node] - top);
      const logQ = across[column] + up[row], q = Math.exp(logQ);
      if (q > 1e-30) { mass += q; bound += q * (joint[node] - logQ); }
    }
  const seen = Math.abs(mass * step * step - 1) < 0.05; // else q is narrower than the grid, or outside of it
  return { evidence: top + Math.log(total * step * step), bound: seen ? bound / mass : NaN };
}
