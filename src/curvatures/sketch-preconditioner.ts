import type { Linearization } from "../linearization/linearization.ts";
import type { LayerSpace } from "../linearization/space.ts";
import { symmetricSolver } from "../posterior/symmetric-solver.ts";
import type { Random } from "../random/random.ts";
import { gramSketch } from "./gram-sketch.ts";

/** (M Mᵀ + λ I)⁻¹ of a sketch M, n × s. */
export interface Preconditioner {
  assemble(linearization: Linearization, weights: Float64Array | null, random: Random): void;
  factorize(damping: number): void;
  /** out <- (M Mᵀ + λ I)⁻¹ v. */
  readonly apply: (v: Float64Array, out: Float64Array) => void;
}

/**
 * By the smaller of two matrices: where s < n, (M Mᵀ + λ I)⁻¹ v = (v - M (Mᵀ M + λ I)⁻¹ Mᵀ v) / λ. Where that has no
 * inverse, the identity: it preconditions nothing.
 *
 * @param sketch s / n.
 */
export function sketchPreconditioner(space: LayerSpace, sketch: number): Preconditioner {
  const { kernels, outputs, capacity } = space;
  const width = (rows: number) => Math.ceil(sketch * rows);
  const widest = width(capacity * outputs);
  const smaller = Math.min(widest, capacity * outputs);
  const sketched = gramSketch(space, widest);
  const square = kernels.allocate("float64", smaller ** 2);
  const solver = symmetricSolver(kernels, smaller);
  const narrow = kernels.allocate("float64", smaller);
  let n = 0;
  let s = 0;
  let isIdentity = true;
  const byColumns = () => s < n;

  return {
    assemble(linearization, weights, random) {
      n = linearization.rows;
      s = width(n);
      if (s === 0) return;
      sketched.draw(linearization, weights, s, random);
      const m = Math.min(n, s);
      kernels.syrk(byColumns(), m, Math.max(n, s), 1, sketched.matrix, s, 0, square, m);
      solver.load(m, square);
    },
    factorize(damping) {
      isIdentity = s === 0 || (byColumns() && !(damping > 0));
      if (isIdentity) return;
      solver.factorize(null, damping);
      isIdentity = solver.method === "failed";
    },
    apply(v, out) {
      kernels.copy(n, v, out);
      if (isIdentity) return;
      if (!byColumns()) {
        solver.apply(out);
        return;
      }
      kernels.gemm(true, false, s, 1, n, 1, sketched.matrix, s, v, 1, 0, narrow, 1);
      solver.apply(narrow);
      kernels.gemm(false, false, n, 1, s, -1, sketched.matrix, s, narrow, 1, 1, out, 1);
      kernels.scale(n, 1 / solver.damping, out);
    },
  };
}
