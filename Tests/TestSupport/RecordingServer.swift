// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
package import SystemPackage

/// A server of files on the loopback interface that lives as long as a command, records what it is asked for, and is a
/// proxy as well: what it is asked for of any other server it answers from its own folder.
///
/// Paths below /broken are answered by 503. POST /stop ends it before the command does.
package struct RecordingServer: Sendable {
    /// What stands in the command's arguments and variables for the server's address.
    package static let address = "@ADDRESS@"

    private let folder: FilePath
    private let record: FilePath

    /// A server of `folder` that writes to the file `record`.
    package init(of folder: FilePath, record: FilePath) {
        self.folder = folder
        self.record = record
    }

    /// `command`, to which the server is up.
    package func serving(_ command: Command) -> Command {
        var wrapped = command
        wrapped.program = "/usr/bin/python3"
        wrapped.arguments =
            ["-c", Self.program, folder.string, record.string, command.program] + command.arguments
        return wrapped
    }

    /// One line for each request: method, target, and what was posted.
    package func requests() throws -> [String] {
        try TextFile.read(record).split(separator: "\n").map(String.init)
    }

    private static let program = """
        import http.server, os, subprocess, sys, threading
        from urllib.parse import urlsplit
        folder, record = sys.argv[1:3]
        open(record, "w").close()
        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *words):
                super().__init__(*words, directory=folder)
            def log_message(self, *_): pass
            def note(self, text=""):
                with open(record, "a") as file:
                    file.write(f"{self.command} {self.path} {text}".strip() + "\\n")
            def send_head(self):
                self.note()
                self.path = urlsplit(self.path).path
                if self.path.startswith("/broken"):
                    self.send_error(503)
                    return None
                return super().send_head()
            def do_POST(self):
                size = int(self.headers.get("Content-Length", "0"))
                self.note(self.rfile.read(size).decode())
                self.send_response(200)
                self.end_headers()
                if self.path == "/stop":
                    threading.Thread(target=stop).start()
        def stop():
            server.shutdown()
            server.server_close()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        words = [word.replace("@ADDRESS@", address) for word in sys.argv[3:]]
        environment = {k: v.replace("@ADDRESS@", address) for k, v in os.environ.items()}
        sys.exit(subprocess.run(words, env=environment).returncode)
        """
}
