/** @import { PhoneAct } from "../phone-act.ts" */
import { element } from "./element.js"

/**
 * Lets the owner choose a file of their own and sends it: uploaded first, then by its media id.
 * @param {(does: PhoneAct) => void} send
 */
export const chooseThing = (send) => {
  const input = element("input", { type: "file", accept: "image/*,audio/*,video/*" })
  input.addEventListener("change", async () => {
    const file = input.files?.[0]
    if (file === undefined) return
    const response = await fetch("/simulator/media", {
      method: "POST",
      headers: { "content-type": file.type },
      body: file
    })
    if (!response.ok) return
    /** @type {{ kind: "image" | "voice" | "video", mediaId: string }} */
    const { kind, mediaId } = await response.json()
    send({ act: kind, mediaId })
  })
  input.click()
}
