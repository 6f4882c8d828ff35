const kinds = { image: "image", voice: "voice", video: "video" }

/** Lets the owner choose a file of their own and sends it: uploaded first, then by its media id. */
export const chooseThing = (send) => {
  const input = document.createElement("input")
  input.type = "file"
  input.accept = "image/*,audio/*,video/*"
  input.addEventListener("change", async () => {
    const [file] = input.files
    if (file === undefined) return
    const response = await fetch("/simulator/media", {
      method: "POST",
      headers: { "content-type": file.type },
      body: file
    })
    if (!response.ok) return
    const { kind, mediaId } = await response.json()
    send({ act: kinds[kind], mediaId })
  })
  input.click()
}
