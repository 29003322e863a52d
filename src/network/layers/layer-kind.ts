import type { Activation } from "../../kernels/activation.ts";
import type { BlockFactors, Layer } from "../layers.ts";
import type { ParameterBlock } from "../network.ts";
import type { ResolvedLayer, ResolvedLayers } from "../resolve.ts";
import type { Shape } from "../shape.ts";
import type { Node, PassShape, Value } from "./node.ts";

/** What all layers with parameters have in common. */
export interface Trainable {
  /** false keeps the layer's parameters as they were initialized. Default true. */
  readonly trainable?: boolean;
  /** Factor of the standard deviation of the initial weights; 0 starts them at 0. Default 1. */
  readonly gain?: number;
}

/** The parameters of a layer, before they have a place in the vector. */
export interface BlockShape {
  /** What the layer's part of the Jacobian is made of. */
  readonly kind: BlockFactors["kind"];
  /** Numbers that a unit sees, plus one for the bias: the rows of θ. */
  readonly rows: number;
  /** Units, filters or channels: the columns of θ. */
  readonly columns: number;
  /** `rows` without the bias. */
  readonly inputs: number;
  /** Positions at which the layer is applied, S; 1 for a dense layer. */
  readonly positions: number;
  /** Equal parts of the columns, of which each sees inputs of its own; 1 for most layers. */
  readonly groups: number;
  /** Products of a parameter and an input in a pass of one example. */
  readonly products: number;
  readonly bias: boolean;
  readonly scale: number;
  readonly trainable: boolean;
  readonly gain: number;
  /** Initial weights: of the deviation that the scheme says, of deviation 1, both times the gain; or the gain itself. */
  readonly start: "by scheme" | "unit deviation" | "gain";
  readonly activation: Activation;
}

/** What follows from a layer and the shape of its input. */
export interface LayerFacts {
  readonly output: Shape;
  /** In a line, without defaults, activation and whether it is frozen: ["conv2d 16", "3x3", "stride 2"]. */
  readonly words: readonly string[];
  /** Absent where it has none. */
  readonly parameters?: BlockShape;
  /** Of a residual layer; the shortcut is empty where it is the input itself. */
  readonly body?: readonly ResolvedLayer[];
  readonly shortcut?: readonly ResolvedLayer[];
  /** Whether it has no use for its input after it has written its output, which has the same shape. Default false. */
  readonly forgetsInput?: boolean;
  /** Whether it needs its own output on the way back. Default false. */
  readonly keepsOutput?: boolean;
  /** Allocates what the layer needs in a plan. */
  plan(place: LayerPlace): PlannedLayer;
}

/** Where a layer stands in a plan. */
export interface LayerPlace {
  readonly space: PassShape;
  /** Its input; of a residual layer, what the body gives. */
  readonly from: Value;
  /** Of a residual layer: what the shortcut gives. */
  readonly beside: Value | null;
  readonly to: Value;
  /** Its parameters and their number among all; null where it has none. */
  readonly block: ParameterBlock | null;
  readonly index: number | null;
}

/** A layer with parameters also says what its part of the Jacobian is made of besides the derivatives. */
export interface PlannedLayer {
  readonly node: Node;
  readonly factors?: BlockFactors;
}

/** Resolves the layers within a layer. */
export type ResolveInner = (where: string, layers: readonly Layer[], input: Shape) => ResolvedLayers;

/**
 * All that the network knows of a kind of layer: checks a layer, and says what follows from where it stands.
 *
 * @throws {NetworkError} If the layer can't stand there; says where, and what would do.
 */
export type LayerKind<L extends Layer = Layer> = (
  where: string,
  layer: L,
  input: Shape,
  resolveInner: ResolveInner,
) => LayerFacts;
