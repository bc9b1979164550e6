// SPDX-License-Identifier: Apache-2.0

extension RPMRepositories {
    /// A stand-in for subscription-manager: it tells the test's server what it was called with.
    ///
    /// It believes the secret "opensesame" alone, which it has backwards so that it can be looked for in the image, and gives access to the repository tools.
    static let standIn = #"""
        #!/usr/bin/python3
        """A stand-in for subscription-manager that tells a server what it was called with."""
        import json, os, socket, sys
        words = sys.argv[1:]
        with open("/proc/self/cmdline", "rb") as file:
            line = file.read().decode().split("\0")
        place = "/etc/pki/consumer/server"
        options = dict(w[2:].split("=", 1) for w in words if w.startswith("--") and "=" in w)
        server = options.get("serverurl")
        if not server and os.path.exists(place):
            server = open(place).read()
        if server:
            host, port = server.split("//")[-1].split("/")[0].split(":")
            body = json.dumps({"words": words, "line": line}).encode()
            with socket.create_connection((host, int(port))) as link:
                link.sendall(b"POST /rhsm HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                link.recv(100)
        if words[0] == "register":
            secret = options.get("activationkey") or options.get("password")
            print("The system asks with", secret)
            if secret[::-1] != "emasesnepo":
                print("HTTP error (401 - Unauthorized): Invalid credentials", file=sys.stderr)
                sys.exit(70)
            with open(place, "w") as file:
                file.write(server)
            with open("/etc/yum.repos.d/redhat.repo", "w") as file:
                file.write("[full]\nname=full\nbaseurl=http://%s:%s/tools\nenabled=1\ngpgcheck=1\n" % (host, port))
        elif words[0] == "unregister":
            os.remove(place)
        """#
}
