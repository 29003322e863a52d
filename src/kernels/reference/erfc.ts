/**
 * The complementary error function erfc x = 2/√π ∫ exp(-t²) dt over [x, ∞), for every finite or infinite x.
 *
 * Relative error below 1e-15 until erfc underflows at x > 26.5.
 *
 * Source: W. J. Cody 1969, Rational Chebyshev approximations for the error function, Math. Comp. 23, 631-637,
 * with the coefficients of his routine CALERF (SPECFUN, netlib), rounded to the nearest double.
 */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) return 1 - x * ratio(nearZero, y * y);
  const tail = y <= 4 ? gauss(y) * ratio(middle, y) : y > 27 ? 0 : gauss(y) * farTail(y);
  return x < 0 ? 2 - tail : tail;
}

/** Coefficients of P / Q, highest power first. */
interface Rational {
  readonly p: readonly number[];
  readonly q: readonly number[];
}

/** erf x / x as a function of x², for |x| <= 0.46875. */
const nearZero: Rational = {
  p: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  q: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};

/** exp(x²) erfc x as a function of x, for 0.46875 <= x <= 4. */
const middle: Rational = {
  p: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  q: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
    4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
};

/** (1/√π - x exp(x²) erfc x) x² as a function of 1/x², for x >= 4. */
const far: Rational = {
  p: [
    1.6315387137302097e-2, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926,
    1.6083785148742275e-2, 6.587491615298378e-4,
  ],
  q: [
    1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 6.051834131244132e-2, 2.3352049762686918e-3,
  ],
};

/** exp(x²) erfc x for x >= 4. */
function farTail(x: number): number {
  const inverseSquare = 1 / (x * x);
  return (1 / Math.sqrt(Math.PI) - inverseSquare * ratio(far, inverseSquare)) / x;
}

function ratio({ p, q }: Rational, x: number): number {
  const polynomial = (coefficients: readonly number[]) => coefficients.reduce((sum, c) => sum * x + c, 0);
  return polynomial(p) / polynomial(q);
}

/**
 * exp(-x²) without the error x² ε of a rounded square: x is split into a part whose square is exact, and a
 * rest (Cody 1969, section 4).
 */
function gauss(x: number): number {
  const head = Math.trunc(x * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
}
