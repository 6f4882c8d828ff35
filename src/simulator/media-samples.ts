/** What a phone sends if nothing was chosen: a picture and a short sound, made here. */
import type { Media } from "./media-store.ts"

type Sample = Pick<Media, "contentType" | "bytes">

export const samplePicture = (hue: number): Sample => ({
  contentType: "image/svg+xml",
  bytes: new TextEncoder().encode(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 120" width="160" height="120">` +
      `<rect width="160" height="120" fill="hsl(${hue} 60% 78%)"/>` +
      `<circle cx="122" cy="30" r="15" fill="hsl(${(hue + 60) % 360} 85% 70%)"/>` +
      `<path d="M0 120 48 56l30 36 26-30 56 58z" fill="hsl(${(hue + 150) % 360} 38% 46%)"/></svg>`
  )
})

/** A falling tone as a WAV file: 8-bit, one channel. */
export const sampleSound: Sample = (() => {
  const samplesPerSecond = 8000
  const seconds = 0.5
  const count = samplesPerSecond * seconds
  const headerBytes = 44
  const wav = Buffer.alloc(headerBytes + count)
  wav.write("RIFF", 0, "latin1")
  wav.writeUInt32LE(headerBytes - 8 + count, 4)
  wav.write("WAVEfmt ", 8, "latin1")
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(samplesPerSecond, 24)
  wav.writeUInt32LE(samplesPerSecond, 28)
  wav.writeUInt16LE(1, 32)
  wav.writeUInt16LE(8, 34)
  wav.write("data", 36, "latin1")
  wav.writeUInt32LE(count, 40)
  for (let at = 0; at < count; at += 1) {
    const left = 1 - at / count
    const wave = Math.sin((2 * Math.PI * (520 - 160 * (1 - left)) * at) / samplesPerSecond)
    wav[headerBytes + at] = Math.round(128 + 60 * left * wave)
  }
  return { contentType: "audio/wav", bytes: wav }
})()
