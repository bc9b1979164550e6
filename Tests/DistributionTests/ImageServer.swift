// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage

/// An HTTP server on the loopback interface, as good or as bad as mirrors are, that lives as long as a command.
enum ImageServer: String, Sendable {
    /// Answers requests for ranges.
    case ranges
    /// Gives every file from its start.
    case plain
    /// Answers requests for ranges, and ends the first connection for each image in its middle.
    case cutRanges
    /// Gives every file from its start, and ends the first connection for each image in its middle.
    case cutPlain
    /// Ends each connection for an image in its middle.
    case cutAlways
    /// Answers requests for ranges, and says nothing more in the middle of the first answer for each image.
    case stalling
    /// Answers each request for a range with other bytes.
    case wrongRanges
    /// Has nothing to say but 503.
    case overloaded

    /// What stands in the command's arguments for the server's address.
    static let address = "@ADDRESS@"

    /// Arguments: the folder, the mode, the file for a line a request, and the command.
    private static let program = """
        import http.server, os, subprocess, sys, threading, urllib.parse
        folder, mode, log = sys.argv[1:4]
        cut = set()
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_): pass
            def do_GET(self):
                # A client that takes this for a proxy sends the whole URL.
                name = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path.lstrip("/"))
                asked = self.headers.get("Range", "")
                with open(log, "a") as lines: lines.write(f"{name} {asked}\\n")
                path = os.path.join(folder, name)
                if mode == "overloaded": return self.send_error(503)
                if not os.path.isfile(path): return self.send_error(404)
                data = open(path, "rb").read()
                start = 0
                if asked and mode in ("ranges", "cutRanges", "cutAlways", "stalling", "wrongRanges"):
                    start = int(asked.split("=")[1].split("-")[0])
                    if start >= len(data): return self.send_error(416)
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
                else:
                    self.send_response(200)
                self.send_header("Content-Length", str(len(data) - start))
                self.end_headers()
                part = data[start:]
                if mode == "wrongRanges" and start: part = bytes(len(part))
                is_image = len(data) > 100000
                if is_image and (mode == "cutAlways" or mode.startswith("cut") and name not in cut
                        or mode == "wrongRanges" and not start and name not in cut):
                    part = part[:len(part) // 2]
                stalls = is_image and mode == "stalling" and name not in cut
                if stalls: part = part[:len(part) // 2]
                cut.add(name)
                self.wfile.write(part)
                if stalls:
                    self.wfile.flush()
                    threading.Event().wait()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        sys.exit(subprocess.run([word.replace("@ADDRESS@", address) for word in sys.argv[4:]]).returncode)
        """

    /// `command`, to which the server of `folder` is up; each request is a line of `log`: the path and the range.
    func serving(_ folder: FilePath, log: FilePath, to command: Command) -> Command {
        var wrapped = command
        wrapped.program = "/usr/bin/python3"
        wrapped.arguments =
            ["-c", Self.program, folder.string, rawValue, log.string, command.program]
            + command.arguments
        return wrapped
    }
}
