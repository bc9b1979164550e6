// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Runs of subscription-manager in the chroot whose arguments no other user of the machine can see.
///
/// It takes activation keys and passwords as arguments only, which /proc shows to everyone. So it is started without any:
/// its own interpreter of Python reads the arguments from standard input, puts them where programs in Python look for
/// theirs, and then runs the program's file. What it prints is kept back until the secrets in it are covered.
struct SubscriptionManager<Context: ChrootContext> {
    private let target: Context
    private let secrets: [String]

    init(_ target: Context, secrets: [String]) {
        self.target = target
        self.secrets = secrets
    }

    /// Runs one command; `hint` is what the user is told when it fails.
    ///
    /// - Throws: `ElementError` with the last line that the program printed.
    func run(_ arguments: [String], failing hint: String? = nil) throws {
        let program = try path()
        guard arguments.allSatisfy({ !$0.contains("\n") }) else {
            throw ElementError("an argument of 'subscription-manager' has a line break")
        }
        let command = try interpreter(of: program) + ["-c", Self.starter, program]
        let output = try target.output(
            of: "/bin/sh", ["-c", "\"$@\" 2>&1; echo \"$?\"", "sh"] + command,
            environment: ["LC_ALL": "C.UTF-8"], input: arguments.joined(separator: "\n"))
        var lines = output.split(separator: "\n").map { cover(String($0)) }
        let status = lines.popLast() ?? ""
        lines.forEach { target.log("subscription-manager: \($0)") }
        guard status == "0" else {
            throw ElementError(
                "'subscription-manager \(arguments[0])' ended with exit status \(status): \(lines.last ?? "it printed nothing")",
                hint: hint)
        }
    }

    private func path() throws -> String {
        for path in ["/usr/sbin/subscription-manager", "/usr/bin/subscription-manager"]
        where try target.exists(path) {
            return path
        }
        throw ElementError(
            "the tree has no 'subscription-manager'",
            hint: "Check that the repositories of the root phase hold it.")
    }

    /// The words after "#!" of the program's first line.
    private func interpreter(of program: String) throws -> [String] {
        let first = try target.readFile(program).prefix { $0 != "\n" }
        let words = first.dropFirst(2).split(separator: " ").map(String.init)
        guard first.hasPrefix("#!"), let name = words.first, name.contains("python") else {
            throw ElementError(
                "'\(program)' is no program in Python: there is no way to hand a secret to it",
                hint: "Register the image at its first boot instead, and set rhel.mirror.")
        }
        return words
    }

    private func cover(_ line: String) -> String {
        secrets.reduce(line) { $0.replacing($1, with: "***") }
    }

    private static var starter: String {
        """
        import os, sys
        program = sys.argv[1]
        sys.argv = [program] + sys.stdin.read().split("\\n")
        sys.path[0] = os.path.dirname(program)
        with open(program) as file:
            code = compile(file.read(), program, "exec")
        exec(code, {"__name__": "__main__", "__file__": program})
        """
    }
}
