// SPDX-License-Identifier: Apache-2.0

/// Whose a scratch folder is: what its lock file says, a line for each value.
package struct ScratchOwner: Codable, Equatable, Sendable {
    /// The process id of the supervisor.
    package var supervisor: Int32
    /// ISO 8601.
    package var started: String
    package var user: String
    /// The final paths of the outputs, absolute.
    package var outputs: [String]

    package init(supervisor: Int32, started: String, user: String, outputs: [String]) {
        self.supervisor = supervisor
        self.started = started
        self.user = user
        self.outputs = outputs
    }

    /// Reads what `text` gives; a value that is missing is empty, a line that is unknown passed
    /// over.
    init(text: String) {
        self.init(supervisor: 0, started: "", user: "", outputs: [])
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "supervisor:": supervisor = Int32(parts[1]) ?? 0
            case "started:": started = parts[1]
            case "user:": user = parts[1]
            case "output:": outputs.append(parts[1])
            default: break
            }
        }
    }

    var text: String {
        let lines = ["supervisor: \(supervisor)", "started: \(started)", "user: \(user)"]
        // A path with a line feed could pass for another line.
        let paths = outputs.filter { !$0.contains("\n") }.map { "output: \($0)" }
        return (lines + paths).joined(separator: "\n") + "\n"
    }
}
