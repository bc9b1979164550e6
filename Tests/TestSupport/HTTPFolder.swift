// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
package import SystemPackage

/// A small HTTP server on the loopback interface that lives as long as a command.
package enum HTTPFolder {
    /// What stands in the command's arguments for the server's address.
    package static let address = "@ADDRESS@"

    /// Arguments: the folder, and the command.
    private static let program = """
        import functools, http.server, subprocess, sys, threading
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_): pass
        handler = functools.partial(Quiet, directory=sys.argv[1])
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        words = [word.replace("@ADDRESS@", address) for word in sys.argv[2:]]
        sys.exit(subprocess.run(words).returncode)
        """

    /// `command`, to which the server of `folder` is up.
    package static func serving(_ folder: FilePath, to command: Command) -> Command {
        var wrapped = command
        wrapped.program = "/usr/bin/python3"
        wrapped.arguments =
            ["-c", program, folder.string, command.program] + command.arguments
        return wrapped
    }
}
