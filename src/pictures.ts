export { pictureDefaults } from "./data/images/open-pictures.ts";
export { fitPictures, type PictureFit, type PictureOptions } from "./model/fit-pictures.ts";
export {
  evaluatePictures,
  type PictureEvaluation,
  type PicturePredictions,
  type PredictPicturesOptions,
  predictPictures,
} from "./model/predict-pictures.ts";
export {
  type NetworkName,
  namedNetwork,
  networkNames,
  type PictureNetworkOptions,
  type ResidualNorm,
  residualNetwork,
  smallConvolutionalNetwork,
} from "./network/architectures.ts";
