// Browsers start no Web Worker for a page that was opened from a folder; the search then runs in a hidden frame.
// mkdocs-material looks for it under the name IFrameWorker.
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      document.body.append(this.frame)
      const inside = this.frame.contentWindow
      const run = (source) =>
        new Promise((done, failed) => {
          const script = inside.document.createElement("script")
          Object.assign(script, { src: source, onload: done, onerror: failed })
          inside.document.body.append(script)
        })
      // What a worker's script finds around it:
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }))
      inside.importScripts = (...sources) =>
        sources.reduce((before, source) => before.then(() => run(source)), Promise.resolve())
      this.started = run(url)
    }
    postMessage(data) {
      const message = new MessageEvent("message", { data: structuredClone(data) })
      this.started.then(() => this.frame.contentWindow.dispatchEvent(message))
    }
    terminate() {
      this.frame.remove()
    }
  }
}
