import { expect, test } from "vitest";
import type { Problem } from "../../src/linearization/residual.ts";
import { denseNetwork, type Network, parameterBlocks, trainableCount } from "../../src/network/network.ts";
import type { ParameterVector } from "../../src/network/parameter-vector.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { lbfgs } from "../../src/optimizers/lbfgs.ts";
import { evidence } from "../../src/optimizers/prior.ts";
import { stepHalving } from "../../src/optimizers/step-search.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

const [hidden, last] = denseNetwork(2, [12], 1).layers;
const network: Network = { inputs: 2, layers: [hidden!, { ...last!, trainable: false }] };
const count = trainableCount(parameterBlocks(network));

/** The problem, which also tells the parameters at which its loss is asked for. */
function watch<P extends Problem>(problem: P, onLoss: (parameters: ParameterVector) => void): P {
  const lossAt = (parameters: ParameterVector) => {
    onLoss(parameters);
    return problem.lossAt(parameters);
  };
  return new Proxy(problem, {
    get: (target, name) => (name === "lossAt" ? lossAt : Reflect.get(target, name)),
  });
}

test.each([
  ["gain ratio", gramGaussNewton()],
  ["line search", gramGaussNewton({ damping: 0.01, search: stepHalving() })],
  ["prior", gramGaussNewton({ prior: evidence() })],
  ["lbfgs", lbfgs()],
])("frozen layers stay, and count in the loss that a step is judged by: %s", (_, optimizer) => {
  const { problem, parameters, space } = regressionProblem({ examples: 12, seed: 3, network });
  const frozen = parameters.flat.slice(count);
  const judged: ArrayLike<number>[] = [];
  const watched = watch(problem, ({ flat }) => judged.push(flat.slice(count)));
  const takeStep = planSteps(optimizer, space);
  for (let step = 0; step < 5; step++) {
    problem.linearize(parameters);
    expect(takeStep(watched, parameters).accepted).toBe(true);
  }
  expect(judged.length).toBeGreaterThanOrEqual(5);
  for (const tail of judged) expect(tail).toEqual(frozen);
  expect(parameters.flat.slice(count)).toEqual(frozen);
});
