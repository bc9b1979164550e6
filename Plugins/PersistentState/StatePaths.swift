// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Which folders may be kept.
enum StatePaths {
    /// Folders that hold what an image brings; parts of them may be kept.
    private static let global = [
        "/", "/etc", "/etc/systemd", "/usr", "/var", "/var/lib",
    ]

    /// Folders that cannot be kept, nor anything in them, and why.
    private static let refused: [(folder: String, reason: String)] =
        ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].map { ($0, programs) }
        + ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/share"]
        .map { ($0, programs) } + [
            ("/boot", "belongs to the image: the boot loader reads it before anything is mounted"),
            ("/etc/dibhost", "says where the state is"),
            ("/var/lib/dibhost", "is where the state is mounted"),
            ("/var/lib/dpkg", packages), ("/var/lib/rpm", packages),
            ("/dev", system), ("/proc", system), ("/sys", system), ("/run", system),
            ("/var/run", system), ("/var/lock", system), ("/tmp", "is emptied at each boot"),
        ]
    private static let programs = "belongs to the image: programs and libraries"
    private static let packages = "belongs to the image: the list of its packages"
    private static let system = "holds nothing that lasts longer than a boot"

    /// The paths without slashes at their ends, or what is wrong with the first that cannot be kept.
    static func checked(_ list: [String]) throws -> [String] {
        guard !list.isEmpty else {
            throw ElementError(
                "parameter 'paths' names no folder to keep",
                hint: "Give absolute paths, such as /home,/var/lib/postgresql.")
        }
        var paths: [String] = []
        for text in list {
            let path = try checked(text)
            for other in paths { try compare(path, with: other) }
            paths.append(path)
        }
        return paths
    }

    private static func checked(_ text: String) throws -> String {
        let names = text.split(separator: "/")
        guard text.hasPrefix("/") else {
            throw refusal(text, "is no absolute path", "Write it with a leading '/'.")
        }
        let areGood = names.allSatisfy { name in
            name != "." && name != ".." && name.first != "-"
                && name.utf8.allSatisfy { StateSettings.isPlain($0) || "+@:~".utf8.contains($0) }
        }
        guard areGood else {
            throw refusal(
                text, "is no path that can be kept",
                "Names of folders have letters, digits and '._-+@:~', and are not '.' or '..'.")
        }
        let path = "/" + names.joined(separator: "/")
        guard !global.contains(path) else {
            throw refusal(
                path, "holds what the next image brings", "Name the folders in it that are to stay."
            )
        }
        for (folder, reason) in refused where path == folder || path.hasPrefix(folder + "/") {
            throw refusal(path, "cannot be kept: '\(folder)' \(reason)", "Leave it out.")
        }
        return path
    }

    private static func compare(_ path: String, with other: String) throws {
        guard path != other else {
            throw refusal(path, "stands there twice", "Leave out one of them.")
        }
        let (outer, inner) = path.count < other.count ? (path, other) : (other, path)
        guard !inner.hasPrefix(outer + "/") else {
            throw refusal(inner, "lies inside of '\(outer)'", "'\(outer)' alone keeps both.")
        }
    }

    private static func refusal(_ path: String, _ problem: String, _ hint: String) -> ElementError {
        ElementError("parameter 'paths': '\(path)' \(problem)", hint: hint)
    }
}
