// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Does with the target tree, from both sides of the chroot, what the parameter `work` lists.
///
/// Each item is a verb, a path and further words, separated by spaces; what a verb finds is
/// printed.
struct Scribe: Element, InstallPhase, PostRootPhase {
    private let work: [String]

    init(_ parameters: Parameters) throws { work = parameters.list("work") }

    /// Items of one word are for the other side.
    func install(_ target: InstallContext) throws {
        try work.filter { $0.contains(" ") }.forEach { try perform($0, target) }
    }

    func postRoot(_ target: PostRootContext) throws {
        for item in work {
            switch item {
            case "tree-path": print(try target.treePath)
            case "user":
                print(try target.output(of: "id", ["-u", "-n"], asUser: true), terminator: "")
            case "input": print(try target.output(of: "cat", input: "given"))
            case "status": print(try target.result(of: "sh", ["-c", "echo no; exit 4"]).end)
            case "missing": try target.run("no-such-program-anywhere")
            case "order":
                print("first")
                try target.run("echo", ["second"])
                print("third")
            case "trap": print([1, 2][work.count + 2])
            case "environment":
                print(try target.output(of: "env", environment: ["ADDED": "yes"]), terminator: "")
            default: try perform(item, target)
            }
        }
    }

    private func perform(_ item: String, _ target: any TreeFiles) throws {
        let words = item.split(separator: " ").map(String.init)
        let (verb, path) = (words[0], words[1])
        switch verb {
        case "write": try target.writeFile(path, "written\n", mode: 0o640, user: words[2])
        case "append": print(try target.appendLineIfMissing(words[2], to: path))
        case "read": print(try target.readFile(path), terminator: "")
        case "exists": print(try target.exists(path))
        case "kind": print(try target.kind(of: path).map { "\($0)" } ?? "nothing")
        case "folder": try target.makeFolder(path, mode: 0o750, user: words[2])
        case "list": print(try target.list(path).joined(separator: " "))
        case "link": try target.makeLink(path, to: words[2])
        case "owner": try target.setOwner(of: path, user: words[2], mode: 0o600)
        case "remove": try target.remove(path)
        default: throw ElementError("unknown verb '\(verb)'")
        }
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Scribe.self, host)
}
