/** A source of random numbers. */
export type Random = () => number;

/** Everything that a generator goes on from: four 32-bit integers, which it changes in place. Plain data, to be saved. */
export type RandomState = Int32Array;

/** Uniform numbers in [0, 1) from a seed: see `randomFrom`. */
export function seededRandom(seed: number): Random {
  return randomFrom(seedRandom(seed));
}

/** The state at which the numbers of a seed begin, filled from the seed by splitmix32. */
export function seedRandom(seed: number): RandomState {
  const mix = splitmix32(seed);
  // Seeds above 32 bits count in full.
  const state = Int32Array.of(mix(), mix(), mix() ^ Math.floor(seed / 2 ** 32), 1);
  for (let i = 0; i < 12; i++) nextRandom(state);
  return state;
}

/**
 * Uniform numbers in [0, 1) from a state, which is where it goes on: the generator sfc32 (Doty-Humphrey, PractRand). The
 * same on every platform: only 32-bit integer arithmetic.
 */
export function randomFrom(state: RandomState): Random {
  return () => nextRandom(state);
}

/** The next number of a generator whose state this is. */
export function nextRandom(state: RandomState): number {
  const a = state[0]!;
  const b = state[1]!;
  const c = state[2]!;
  const counter = state[3]!;
  const t = (((a + b) | 0) + counter) | 0;
  state[0] = b ^ (b >>> 9);
  state[1] = c + (c << 3);
  state[2] = ((c << 21) | (c >>> 11)) + t;
  state[3] = counter + 1;
  return (t >>> 0) / 2 ** 32;
}

/**
 * Standard normal numbers from uniform ones (Box and Muller 1958). Equal on one engine; another engine's
 * logarithm and sine may differ in the last bit.
 */
export function gaussianRandom(uniform: Random): Random {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    // 1 - u is in (0, 1]: its logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Shuffles in place (Fisher and Yates). */
export function shuffle(values: Int32Array | Uint32Array | number[], uniform: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    const value = values[i]!;
    values[i] = values[j]!;
    values[j] = value;
  }
}

function splitmix32(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let t = state ^ (state >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
}
