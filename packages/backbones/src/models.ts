export { vitBasePatch32Clip, vitBasePatch32ClipQuickgelu } from './models/clip.ts'
export { convnextSmall, convnextTiny, convnextV2Tiny } from './models/convnext.ts'
export { densenet121, densenet169 } from './models/densenet.ts'
export {
  vitBasePatch14Dinov2,
  vitBasePatch14Reg4Dinov2,
  vitSmallPatch14Dinov2,
  vitSmallPatch14Reg4Dinov2,
} from './models/dinov2.ts'
export { vitSmallPatch16Dinov3 } from './models/dinov3.ts'
export { efficientnetB0, efficientnetLite0 } from './models/efficientnet.ts'
export { inceptionV3 } from './models/inception-v3.ts'
export { mobilenetV1 } from './models/mobilenet-v1.ts'
export { mobilenetV2 } from './models/mobilenet-v2.ts'
export { resnet18, resnet34, resnet50, resnet101 } from './models/resnet.ts'
export { vitBasePatch16Siglip } from './models/siglip.ts'
export { tinyVgg } from './models/tiny-vgg.ts'
export { vgg16, vgg16Bn, vgg19, vgg19Bn } from './models/vgg.ts'
export { vitBasePatch16 } from './models/vit-augreg.ts'
