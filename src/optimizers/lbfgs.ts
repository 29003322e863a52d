import { requireOption } from "../errors.ts";
import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Problem } from "../linearization/residual.ts";
import type { Space } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { emptyReport, type Optimizer } from "./optimizer.ts";
import { armijo, type StepSearch, searchAlong } from "./step-search.ts";

/** Options of `lbfgs`, and their defaults. */
export interface LbfgsOptions {
  /** m: steps that the approximate Hessian remembers. */
  readonly memory: number;
  readonly search: StepSearch;
}

export const lbfgsDefaults: Readonly<LbfgsOptions> = Object.freeze({
  memory: 20,
  search: armijo({ halvings: 20 }),
});

/** Pairs with sᵀ y below this share of ‖s‖ ‖y‖ would make the approximate Hessian close to indefinite. */
const leastCurvature = 1e-8;

/** The last steps, and where the last one began. */
interface LbfgsState {
  /** Steps s and changes of the gradient y, in a ring: one place more than pairs, which the pair takes that is looked at. */
  readonly s: readonly FloatArray[];
  readonly y: readonly FloatArray[];
  /** 1 / sᵀ y. */
  readonly rho: Float64Array;
  readonly lastParameters: FloatArray;
  readonly lastGradient: FloatArray;
  isFirst: boolean;
  /** The place of the next pair. */
  next: number;
  /** Pairs that it holds. */
  size: number;
}

/**
 * L-BFGS with a backtracking line search on the loss ½ ‖r‖²: the direction -H g of the inverse Hessian that the last
 * m steps s and changes of the gradient y imply,
 *
 *     H <- (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ,   ρ = 1 / sᵀ y,      from H = (sᵀ y / yᵀ y) I of the last pair
 *
 * by the two-loop recursion. Pairs without positive curvature are left out. For full batches only: y compares the
 * gradients of one batch with those of the step before. A baseline that needs no learning rate.
 *
 * Source: Nocedal 1980; Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 7.5. Li and Fukushima 2001
 * for leaving pairs out.
 *
 * @throws {OptimizerError} If the memory is not a whole number of at least 1.
 */
export function lbfgs(options: Partial<LbfgsOptions> = {}): Optimizer {
  const { memory, search } = { ...lbfgsDefaults, ...options };
  requireOption("memory", memory, Number.isInteger(memory) && memory >= 1, "a whole number of at least 1");
  const optimizer: Optimizer<LbfgsState> = {
    name: "lbfgs",
    init: (space) => initState(space, memory + 1),
    plan(space) {
      const inverse = inverseHessian(space, memory + 1);
      const [gradient, direction, candidate] = [space.vector(), space.vector(), space.vector()];
      const report = emptyReport();

      /** Searches along -H g for a sufficient decrease of the loss. */
      const tryDirection = (problem: Problem, parameters: ParameterVector): boolean => {
        const descent = -space.kernels.dot(space.parameters, gradient.flat, direction.flat);
        // Written so that NaN refuses the step.
        if (!(descent > 0)) return false;
        report.accepted = searchAlong(search, space, parameters, {
          direction,
          candidate,
          factor: 1,
          descent,
          gain(rate) {
            report.learningRate = rate;
            return problem.loss - problem.lossAt(candidate);
          },
        });
        return report.accepted;
      };

      return (state, problem, parameters) => {
        problem.linearization.pullback(problem.residuals, gradient);
        inverse.learn(state, parameters.flat, gradient.flat);
        report.accepted = false;
        report.failure = null;
        for (report.attempts = 1; ; report.attempts++) {
          const isSteepest = state.size === 0;
          inverse.direction(state, gradient.flat, direction.flat);
          if (tryDirection(problem, parameters)) return report;
          if (isSteepest) break;
          state.size = 0;
        }
        report.failure = Number.isFinite(problem.loss) ? "no decrease" : "not finite";
        return report;
      };
    },
  };
  return optimizer;
}

function initState(space: Space, places: number): LbfgsState {
  const vector = () => space.vector().flat;
  return {
    s: Array.from({ length: places }, vector),
    y: Array.from({ length: places }, vector),
    rho: new Float64Array(places),
    lastParameters: vector(),
    lastGradient: vector(),
    isFirst: true,
    next: 0,
    size: 0,
  };
}

/** The inverse Hessian that the last steps imply. */
interface InverseHessian {
  /** Takes the parameters and the gradient where a step begins; with those before they make a pair. */
  learn(state: LbfgsState, parameters: FloatArray, gradient: FloatArray): void;
  /** out <- -H g. */
  direction(state: LbfgsState, gradient: FloatArray, out: FloatArray): void;
}

function inverseHessian({ kernels, parameters: p }: Space, places: number): InverseHessian {
  const alpha = new Float64Array(places);
  /** The place of the pair that is so many steps old. */
  const place = ({ next }: LbfgsState, age: number) => (next - 1 - age + 2 * places) % places;
  return {
    learn(state, parameters, gradient) {
      const { s, y, rho, lastParameters, lastGradient, next } = state;
      if (!state.isFirst) {
        const step = difference(kernels, p, parameters, lastParameters, s[next]!);
        const change = difference(kernels, p, gradient, lastGradient, y[next]!);
        const curvature = kernels.dot(p, step, change);
        const least = leastCurvature * Math.sqrt(kernels.dot(p, step, step) * kernels.dot(p, change, change));
        if (curvature > least) {
          rho[next] = 1 / curvature;
          state.next = (next + 1) % places;
          state.size = Math.min(state.size + 1, places - 1);
        }
      }
      kernels.copy(p, parameters, lastParameters);
      kernels.copy(p, gradient, lastGradient);
      state.isFirst = false;
    },
    direction(state, gradient, q) {
      const { s, y, rho, size } = state;
      kernels.copy(p, gradient, q);
      for (let age = 0; age < size; age++) {
        const i = place(state, age);
        alpha[i] = rho[i]! * kernels.dot(p, s[i]!, q);
        kernels.axpy(p, -alpha[i]!, y[i]!, q);
      }
      const last = place(state, 0);
      // Without a pair, a first step of length 1.
      const scale =
        size > 0
          ? 1 / (rho[last]! * kernels.dot(p, y[last]!, y[last]!))
          : 1 / Math.sqrt(kernels.dot(p, q, q));
      kernels.scale(p, -scale, q);
      for (let age = size - 1; age >= 0; age--) {
        const i = place(state, age);
        const beta = -rho[i]! * kernels.dot(p, y[i]!, q);
        kernels.axpy(p, beta - alpha[i]!, s[i]!, q);
      }
    },
  };
}

/** out <- a - b. */
function difference(kernels: Kernels, p: number, a: FloatArray, b: FloatArray, out: FloatArray): FloatArray {
  kernels.copy(p, a, out);
  kernels.axpy(p, -1, b, out);
  return out;
}
