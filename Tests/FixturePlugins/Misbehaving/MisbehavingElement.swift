// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import Glibc

/// Ends its install hook in the way that the parameter `mode` names.
struct Misbehaving: Element, InstallPhase {
    private let mode: String
    private let farewell: Farewell

    init(_ parameters: Parameters) throws {
        mode = try parameters.text("mode")
        farewell = Farewell(isSaid: mode == "ok")
        if mode == "refuse" {
            throw ElementError("mode 'refuse' is refused", hint: "Choose another mode.")
        }
    }

    func install(_ target: InstallContext) throws {
        switch mode {
        case "ok": try succeed(target)
        case "null": writeThroughNull()
        case "abort": abort()
        case "trap": print([1, 2][mode.utf8.count])
        case "exit0": exit(0)
        case "hang": while true { sleep(60) }
        case "error":
            throw ElementError("the firmware 'mode' is missing", hint: "Set another mode.", code: 7)
        case "daemon": try leaveDaemon(target)
        case "fill": try fill(target)
        case "memory": useAllMemory()
        case "frames": writeIntoFrames()
        case "program": try target.run("sh", ["-c", "echo almost; exit 3"])
        default: throw ElementError("unknown mode '\(mode)'")
        }
    }

    private func succeed(_ target: InstallContext) throws {
        target.log("working", level: .warning)
        target.progress(done: 1, total: 2)
        print("printed")
        try target.publish("note", "first")
        try target.publish("misbehaving.note", target.value(of: .targetRoot) ?? "none")
        try target.writeFile("/from-the-hook", "text\n", mode: 0o640, user: "12", group: "34")
    }
}

/// Says when the element is given back.
private final class Farewell {
    private let isSaid: Bool

    init(isSaid: Bool) { self.isSaid = isSaid }

    deinit { if isSaid { print("given back") } }
}

private func writeThroughNull() {
    // The address is computed, so that no compiler can see it coming.
    let address = UInt(getpid() < 0 ? 64 : 0) + 8
    UnsafeMutablePointer<UInt8>(bitPattern: address)?.pointee = 1
}

private func leaveDaemon(_ target: InstallContext) throws {
    // The hook goes on once the daemon runs the program that it is named after, where /proc can tell.
    let script = """
        setsid sleep 1000 & echo $! >/daemon.pid
        [ ! -e /proc/self ] || until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done
        """
    try target.run("sh", ["-c", script])
}

private func fill(_ target: InstallContext) throws {
    for number in 0..<1_000_000 {
        try target.writeFile("/fill-\(number)", bytes: [UInt8](repeating: 1, count: 1 << 16))
    }
}

private func useAllMemory() {
    var limit = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
    setrlimit(__rlimit_resource_t(9), &limit)
    var blocks: [[UInt8]] = []
    while true { blocks.append([UInt8](repeating: 1, count: 64 << 20)) }
}

/// Writes where the worker speaks to dibhost.
private func writeIntoFrames() {
    write(6, "nonsense, and more of it", 24)
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Misbehaving.self, host)
}
