import { byId } from './element.ts'
import { attempt, showError } from './messages.ts'

/** Takes photos with the camera of the device. */
export function camera(take: (photo: File) => void): void {
  const dialog = byId<HTMLDialogElement>('viewfinder')
  const video = byId<HTMLVideoElement>('video')
  const button = byId<HTMLButtonElement>('camera')
  // Browsers give the camera to pages from https and from this machine only.
  button.hidden = navigator.mediaDevices === undefined
  button.addEventListener('click', () =>
    attempt(async () => {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
      dialog.showModal()
      await video.play()
    }),
  )
  byId('close-camera').addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => {
    for (const track of (video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop()
    video.srcObject = null
  })
  byId('shoot').addEventListener('click', () => {
    const canvas = document.createElement('canvas')
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    canvas.getContext('2d')!.drawImage(video, 0, 0)
    canvas.toBlob((photo) => {
      dialog.close()
      if (photo) take(new File([photo], `camera ${new Date().toLocaleTimeString()}.png`, { type: photo.type }))
      else showError(new Error('The camera gave no picture. Try again.'))
    })
  })
}
