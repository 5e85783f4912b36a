// Codes in noise, computed in the page: their exact pull, the learned one, the score, and the paths along either.

// Time t is the noise's share of the variance; every function takes a place z = [z1, z2].
export function diffusion({ mean, variance, learned, waves, ripples }) {
  const exact = ([x, y], t) => { // the pulls of all codes, by their share in the density at z
    const shrink = Math.sqrt(1 - t), n = mean.length / 2;
    let top = -Infinity, total = 0, pullX = 0, pullY = 0;
    for (let i = 0; i < n; i++) {
      const vx = (1 - t) * variance[2 * i] + t, vy = (1 - t) * variance[2 * i + 1] + t;
      const dx = x - shrink * mean[2 * i], dy = y - shrink * mean[2 * i + 1];
      const log = -0.5 * ((dx * dx) / vx + (dy * dy) / vy + Math.log(vx * vy));
      if (log < top - 40) continue;
      if (log > top) { // what was summed so far counts for less
        const less = Math.exp(top - log);
        total *= less; pullX *= less; pullY *= less;
        top = log;
      }
      const share = Math.exp(log - top);
      total += share;
      pullX += share * (mean[2 * i] + (shrink * (variance[2 * i] - 1) * dx) / vx);
      pullY += share * (mean[2 * i + 1] + (shrink * (variance[2 * i + 1] - 1) * dy) / vy);
    }
    return [pullX / total, pullY / total];
  };
  const network = (z, t) => {
    const angle = Math.asin(Math.sqrt(Math.min(1, Math.max(0, t))));
    const phase = ripples.map(([a, b]) => a * z[0] + b * z[1]), turns = waves.map((w) => w * angle);
    return learned([...z, ...phase.map(Math.cos), ...phase.map(Math.sin), ...turns.map(Math.cos), ...turns.map(Math.sin)]);
  };
  return { exact, learned: network };
}

export function score(pull, z, t) {
  const g = pull(z, t), shrink = Math.sqrt(1 - t);
  return z.map((v, i) => -v + shrink * g[i]);
}

// From noise at t = 1 to a code at t = 0, by Runge-Kutta in the angle whose squared sine is t: steps + 1 places.
export function flowPath(pull, noise, steps) {
  const step = -Math.PI / 2 / steps, path = [Array.from(noise)];
  const slope = (z, angle) => Array.from(pull(z, Math.sin(angle) ** 2), (v) => -Math.sin(angle) * v);
  const along = (z, k, h) => z.map((v, i) => v + h * k[i]);
  for (let i = 0; i < steps; i++) {
    const angle = Math.PI / 2 + i * step, z = path[i];
    const k1 = slope(z, angle), k2 = slope(along(z, k1, step / 2), angle + step / 2);
    const k3 = slope(along(z, k2, step / 2), angle + step / 2), k4 = slope(along(z, k3, step), angle + step);
    path.push(z.map((v, j) => v + (step / 6) * (k1[j] + 2 * k2[j] + 2 * k3[j] + k4[j])));
  }
  return path;
}

// The place on such a path at time t.
export function placeAt(path, t) {
  const at = (1 - Math.asin(Math.sqrt(t)) / (Math.PI / 2)) * (path.length - 1);
  const i = Math.min(path.length - 2, Math.floor(at)), rest = at - i;
  return path[i].map((v, j) => v + rest * (path[i + 1][j] - v));
}
