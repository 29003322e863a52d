/**
 * The activation functions σ, in the order of the codes by which every implementation of the kernels
 * knows them: the code of a name is its index.
 *
 *     identity    z
 *     tanh        tanh z
 *     relu        max(z, 0)                          σ'(0) = 0
 *     leaky-relu  z > 0 ? z : 0.01 z                 σ'(0) = 0.01
 *     elu         z > 0 ? z : exp(z) - 1             Clevert et al. 2016, α = 1
 *     gelu        z Φ(z), Φ the normal distribution  Hendrycks and Gimpel 2016, in the exact form by erf
 *     silu        z / (1 + exp(-z))                  Elfwing et al. 2017
 *     sigmoid     1 / (1 + exp(-z))
 *     softplus    log(1 + exp(z))
 *     sine        sin z                              Sitzmann et al. 2020; the frequency belongs into the weights
 */
export const activations = [
  "identity",
  "tanh",
  "relu",
  "leaky-relu",
  "elu",
  "gelu",
  "silu",
  "sigmoid",
  "softplus",
  "sine",
] as const;

export type Activation = (typeof activations)[number];

/** Slope of leaky-relu for z <= 0 (Maas et al. 2013). */
export const leakySlope = 0.01;
