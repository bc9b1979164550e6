// SPDX-License-Identifier: Apache-2.0

import Foundation
import Planning

/// The rows of the contract with shell elements that a probe can check.
///
/// Each gets what the test called the build with, and answers with what is wrong, or with nil.
struct HookContract {
    struct Call {
        /// The folder that the build was called in.
        var folder: String
        var path: String
        var home: String
        var imageName: String
        var elements: [String]
        var elementFolders: [String]
        var cache: String
        var architecture: String
        var fileSystem = "ext4"
        var label = "cloudimg-rootfs"
    }

    struct Row: CustomStringConvertible, Sendable {
        var description: String
        var phases: [Phase]
        var problem: @Sendable (HookProbe, Call) -> String?
    }

    private static let outside = HookProbe.outside
    private static let inside = HookProbe.inside
    private static let all = HookProbe.outside + HookProbe.inside
    /// Phases in which the hook's surroundings are those of a chroot.
    private static let mounted: [Phase] =
        [
            .extraData, .preInstall, .install, .postInstall, .postRoot, .preFinalise, .finalise,
            .cleanup,
        ]
    private static let last: [Phase] = [.preFinalise, .finalise, .cleanup]

    // MARK: Kinds of rows

    private static func fact(
        _ name: String, _ phases: [Phase],
        _ expected: @escaping @Sendable (HookProbe, Call) -> String
    ) -> Row {
        Row(description: name, phases: phases) { probe, call in
            let wanted = expected(probe, call)
            return probe[name] == wanted ? nil : "'\(probe[name])' instead of '\(wanted)'"
        }
    }

    private static func variable(
        _ name: String, _ phases: [Phase],
        _ expected: @escaping @Sendable (HookProbe, Call) -> String?
    ) -> Row {
        Row(description: name, phases: phases) { probe, call in
            let (found, wanted) = (probe.variables[name], expected(probe, call))
            return found == wanted
                ? nil
                : "\(found.map { "'\($0)'" } ?? "unset") instead of \(wanted.map { "'\($0)'" } ?? "unset")"
        }
    }

    private static func holds(
        _ name: String, _ phases: [Phase], _ check: @escaping @Sendable (HookProbe, Call) -> Bool
    ) -> Row {
        Row(description: name, phases: phases) { probe, call in
            check(probe, call) ? nil : "not so: \(probe.variables[name] ?? probe[name])"
        }
    }

    // MARK: Rows

    /// 1.2: who runs a hook, where, and with what in sight.
    static let surroundings: [Row] = [
        fact("uid", all) { _, _ in "0" },
        fact("cwd", outside) { $1.folder },
        fact("cwd", inside) { _, _ in "/" },
        fact("name", outside) { probe, _ in
            "\(probe.variables["TMP_HOOKS_PATH"] ?? "")/\(probe.phase.rawValue).d/42-probe"
        },
        fact("name", inside) { probe, _ in "/tmp/in_target.d/\(probe.phase.rawValue).d/42-probe" },
        fact("functions", outside) { _, _ in "die get_image_element_array " },
        fact("functions", inside) { _, _ in "" },
        fact("umask", all) { _, _ in "0022" },
        holds("written", inside) { probe, _ in probe["written"].contains("Read-only file system") },
        Row(description: "/sys is read-only", phases: inside) { probe, _ in
            probe.mountOptions("/sys")?.contains("ro") == true ? nil : probe["mounts"]
        },
        Row(description: "/tmp/in_target.d is bound read-only", phases: inside) { probe, _ in
            probe.mountOptions("/tmp/in_target.d")?.contains("ro") == true ? nil : probe["mounts"]
        },
        Row(description: "/proc, /dev, /dev/pts and /sys are mounted in the chroot", phases: inside)
        { probe, _ in
            let missing = ["/proc", "/dev", "/dev/pts", "/sys"].filter {
                probe.mountOptions($0) == nil
            }
            return missing.isEmpty ? nil : missing.joined(separator: " ")
        },
        Row(description: "and seen from outside", phases: mounted.filter(outside.contains)) {
            probe, _ in
            let tree = probe.variables["TMP_MOUNT_PATH"] ?? ""
            let missing = ["/proc", "/dev", "/dev/pts", "/sys"].filter {
                probe.mountOptions(tree + $0) == nil
            }
            return missing.isEmpty ? nil : missing.joined(separator: " ")
        },
        Row(description: "nothing is mounted in an empty tree", phases: [.root]) { probe, _ in
            let tree = (probe.variables["TMP_MOUNT_PATH"] ?? "") + "/"
            return probe["mounts"].contains(tree) ? probe["mounts"] : nil
        },
        Row(description: "the file system of the image is mounted", phases: last) { probe, _ in
            let tree = probe.phase.isInChroot ? "/" : probe.variables["TMP_MOUNT_PATH"] ?? ""
            return probe.mountOptions(tree) == nil ? probe["mounts"] : nil
        },
        Row(description: "the chroot is the tree", phases: inside) { probe, _ in
            probe["root"].split(separator: "\n").contains("tmp") ? nil : probe["root"]
        },
        Row(description: "the resolver is the build host's", phases: inside) { probe, _ in
            let own = (try? String(contentsOfFile: "/etc/resolv.conf", encoding: .utf8)) ?? ""
            return probe["resolver"] == own.trimmingCharacters(in: .newlines)
                ? nil : probe["resolver"]
        },
        fact("values", outside) { _, call in "\(call.fileSystem) probe tiny-os" },
        Row(description: "the list of elements", phases: outside) { probe, call in
            let missing = call.elements.filter { !probe["list"].contains("[\($0)]=/") }
            return missing.isEmpty ? nil : probe["list"]
        },
        Row(description: "_LIB holds the shell library", phases: outside) { probe, _ in
            let files = [
                "common-defaults", "common-functions", "dib-run-parts", "die", "img-defaults",
                "img-functions", "ramdisk-defaults", "ramdisk-functions",
            ]
            return probe["library"].split(separator: " ").map(String.init) == files
                ? nil : probe["library"]
        },
    ]

    /// 1.2 and 1.3: variables whose value depends on the side of the chroot, or on the phase.
    static let sides: [Row] =
        [
            variable("HOME", outside) { $1.home },
            variable("HOME", inside) { _, _ in "/root" },
            variable("PATH", outside) { probe, call in
                (["/sbin", "/usr/sbin", "/usr/local/sbin"].filter {
                    !call.path.split(separator: ":").contains(Substring($0))
                } + ["\(probe.variables["TMP_BUILD_DIR"] ?? "")/programs"])
                .reduce(call.path) { "\($0):\($1)" }
            },
            variable("PATH", inside) { _, _ in
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            },
            variable("TMPDIR", outside) { _, call in "\(call.folder)/scratch" },
            variable("TMPDIR", inside) { _, _ in nil },
            variable("VIRTUAL_ENV", inside) { _, _ in nil },
            variable("SUDO_USER", inside) { _, _ in "root" },
            variable("SUDO_UID", inside) { _, _ in "0" },
            variable("TARGET_ROOT", [.root, .blockDevice, .cleanup]) { probe, _ in
                probe.variables["TMP_MOUNT_PATH"]
            },
            variable("TARGET_ROOT", [.extraData, .postRoot, .preFinalise] + inside) { _, _ in nil },
            holds("IMAGE_BLOCK_DEVICE", last) { probe, _ in
                probe.variables["IMAGE_BLOCK_DEVICE"]?.hasPrefix("/dev/loop") == true
            },
            holds("IMAGE_BLOCK_DEVICES", last) { probe, _ in
                probe.variables["IMAGE_BLOCK_DEVICES"]?.contains("[image0]=/dev/loop") == true
            },
            variable("IMAGE_BLOCK_DEVICE", all.filter { !last.contains($0) }) { _, _ in nil },
            variable("DIB_DEFAULT_INSTALLTYPE", [.root]) { _, _ in nil },
            variable("DIB_DEFAULT_INSTALLTYPE", all.filter { $0 != .root }) { _, _ in "source" },
            holds("DIB_IMAGE_SIZE", last) { probe, _ in
                (Int(probe.variables["DIB_IMAGE_SIZE"] ?? "") ?? 0) > 1024
            },
        ]
        + ["_BASE_ELEMENT_DIR", "TMP_IMAGE_PATH", "EXTRA_DETACH", "EXTRA_UNMOUNT"].map { name in
            holds(name, inside) { probe, _ in probe.variables[name] != nil }
        }

    /// 1.3: what the host provides, everywhere the same.
    static let variables: [Row] = [
        variable("ARCH", all) { $1.architecture },
        holds("DIB_ARGS", all) { probe, _ in
            probe.variables["DIB_ARGS"]?.split(separator: " ").last == "probe"
        },
        holds("DIB_ENV", all) { probe, _ in
            probe.variables["DIB_ENV"]?.contains("declare -x DIB_PROBE=\"a \\\"b\\\" \\$c\"")
                == true
        },
        variable("DIB_PROBE", all) { _, _ in "a \"b\" $c" },
        variable("DIB_CHECKSUM", all) { _, _ in "0" },
        variable("DIB_DEBUG_TRACE", all) { _, _ in "0" },
        variable("DIB_IMAGE_CACHE", all) { $1.cache },
        variable("DIB_LOCKFILES", all) { _, call in "\(call.home)/.cache/dib/lockfiles" },
        variable("DIB_MIN_TMPFS", all) { _, _ in "2" },
        variable("DIB_NO_TMPFS", all) { _, _ in "0" },
        variable("DIB_OFFLINE", all) { _, _ in "" },
        variable("DIB_ROOT_FSTYPE", all) { $1.fileSystem },
        variable("DIB_ROOT_LABEL", all) { $1.label },
        variable("DIB_BOOT_LABEL", all) { _, _ in "" },
        variable("DIB_MOUNTPOINTS", all) { _, _ in "/" },
        holds("DIB_PYTHON_EXEC", all) { probe, _ in
            probe.variables["DIB_PYTHON_EXEC"]?.hasPrefix("/") == true
        },
        holds("ELEMENTS_PATH", all) { probe, call in
            probe.variables["ELEMENTS_PATH"]?.hasPrefix(call.elementFolders.joined(separator: ":"))
                == true
        },
        variable("FS_TYPE", all) { $1.fileSystem },
        holds("IMAGE_ELEMENT", all) { probe, call in
            let names =
                probe.variables["IMAGE_ELEMENT"]?.split(separator: " ").map(String.init) ?? []
            return Set(names).isSuperset(of: call.elements)
        },
        holds("IMAGE_ELEMENT_YAML", all) { probe, call in
            let lines =
                probe.variables["IMAGE_ELEMENT_YAML"]?.split(separator: "\n").map(String.init) ?? []
            return lines == lines.sorted()
                && call.elements.allSatisfy { name in
                    lines.contains { $0.hasPrefix("\(name): ") }
                }
        },
        variable("IMAGE_NAME", all) { $1.imageName },
        variable("IMAGE_TYPE", all) { _, _ in "qcow2" },
        variable("LC_ALL", all) { _, _ in "C" },
        variable("OUT_IMAGE_PATH", all) { _, _ in "" },
        variable("TMP_HOOKS_PATH", all) { probe, _ in
            probe.variables["TMP_BUILD_DIR"].map { $0 + "/hooks" }
        },
        variable("_LIB", all) { probe, _ in probe.variables["TMP_BUILD_DIR"].map { $0 + "/lib" } },
        holds("TMP_MOUNT_PATH", all) { probe, _ in
            probe.variables["TMP_MOUNT_PATH"]?.hasPrefix(probe.variables["TMP_BUILD_DIR"] ?? "-")
                == true
        },
        holds("TMP_IMAGE_DIR", all) { probe, _ in
            probe.variables["TMP_IMAGE_DIR"]?.hasPrefix("/") == true
        },
        variable("no_proxy", all) { _, _ in "example.org" },
        variable("ORDINARY", all) { _, _ in "two  words" },
    ]
}
