// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import Planning
internal import SystemPackage

extension LegacyEnvironment {
    private static let chrootPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    /// Variables of the caller's that mean nothing, or harm, inside the chroot.
    private static let hostOnlyNames: Set<String> = [
        "TMPDIR", "VIRTUAL_ENV", "BASH_ENV", "ENV", "LD_LIBRARY_PATH", "LD_PRELOAD", "PS4",
    ]

    /// The environment that the runner of a hook of `phase` starts with.
    package func variables(for phase: Phase) -> [String: String] {
        var variables = plan.request.environment.filter { !$0.key.hasPrefix("BASH_FUNC_") }
        variables.merge(exported) { _, exported in exported }
        variables.merge(chosen) { _, chosen in chosen }
        variables.merge(contract) { _, new in new }
        variables.merge(optionVariables) { _, new in new }
        variables.merge(runtimeVariables) { _, new in new }
        variables.merge(phase.isInChroot ? inside(variables) : outside(variables, phase)) { $1 }
        if phase.isInChroot { Self.hostOnlyNames.forEach { variables[$0] = nil } }
        return variables
    }

    private var exported: [String: String] {
        Dictionary(plan.exports.map { ($0.name, $0.value) }) { _, last in last }
    }

    /// Parameters of native elements that have an environment name, and the rules for the runner.
    private var chosen: [String: String] {
        var variables: [String: String] = [:]
        var fixed: [String] = []
        for parameter in plan.parameters {
            guard let name = parameter.environmentName, let value = parameter.value else {
                continue
            }
            switch parameter.origin {
            case .commandLine, .configuration, .environment:
                variables[name] = value
                fixed.append(name)
            case .manifestDefault: variables[RunPartsScript.defaultPrefix + name] = value
            }
        }
        if !fixed.isEmpty { variables[RunPartsScript.fixedNames] = fixed.joined(separator: " ") }
        return variables
    }

    /// What the contract promises on both sides of the chroot.
    private var contract: [String: String] {
        let request = plan.request
        var variables = [
            "ARCH": request.architecture,
            "DIB_DEBUG_TRACE": String(request.traceLevel),
            "DIB_IMAGE_CACHE": request.cacheFolder,
            "DIB_LOCKFILES": request.environment["DIB_LOCKFILES"]
                ?? request.user.home + "/.cache/dib/lockfiles",
            "DIB_OFFLINE": request.isOffline ? "1" : "",
            "DIB_ROOT_FSTYPE": layout.fileSystem,
            "DIB_ROOT_LABEL": layout.label,
            "DIB_BOOT_LABEL": bootLabel,
            "DIB_MOUNTPOINTS": mountPoints,
            "DIB_NO_TMPFS": request.usesTmpfs ? "0" : "1",
            "FS_TYPE": layout.fileSystem,
            "IMAGE_ELEMENT": elements.map(\.name).joined(separator: " "),
            "IMAGE_ELEMENT_YAML": elementMap,
            "IMAGE_NAME": request.imageName,
            "IMAGE_TYPE": "qcow2",
            "LC_ALL": "C",
            "OUT_IMAGE_PATH": "",
            "_LIB": folders.library.string,
            "TMP_BUILD_DIR": folders.build.string,
            "TMP_HOOKS_PATH": folders.hooks.string,
            "TMP_IMAGE_DIR": folders.image.string,
            "TMP_MOUNT_PATH": folders.tree.string,
            "ELEMENTS_PATH": elementFolders.joined(separator: ":"),
        ]
        if request.isUncompressed { variables["COMPRESS_IMAGE"] = "" }
        if let size = request.imageSize {
            variables["DIB_IMAGE_SIZE"] = request.environment["DIB_IMAGE_SIZE"] ?? size.gibibyteText
        }
        if request.environment["DIB_PYTHON_EXEC"] == nil {
            variables["DIB_PYTHON_EXEC"] = HookPrograms.pythonPath(in: folders.build).string
        }
        return variables
    }

    /// The folders of shell elements, and last that of the native ones' views.
    private var elementFolders: [String] {
        let hasViews = plan.elements.contains { $0.description.kind == .native }
        return plan.request.elementFolders + (hasViews ? [views.string] : [])
    }

    /// The label of the file system at /boot; empty where there is none.
    private var bootLabel: String {
        layout.volumes.first { $0.mountPoint == "/boot" }?.label ?? ""
    }

    /// All mount points; swap has the name "none".
    private var mountPoints: String {
        layout.mounts.map { $0.volume.type == .swap ? "none" : $0.entry.point }
            .joined(separator: "|")
    }

    /// IMAGE_ELEMENT_YAML: a map from name to folder, by name.
    private var elementMap: String {
        elements.sorted { $0.name < $1.name }.map { "\($0.name): \(yamlText($0.path))\n" }.joined()
    }

    private func yamlText(_ text: String) -> String {
        let special: Set<Character> = [":", "#", "\"", "\\", "'", " "]
        guard text.contains(where: special.contains) else { return text }
        let escaped = text.flatMap { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
        return "\"\(String(escaped))\""
    }

    private func outside(_ variables: [String: String], _ phase: Phase) -> [String: String] {
        var added = [
            ShellFunctions.die.name: ShellFunctions.die.value,
            "HOME": plan.request.user.home,
            "USER": plan.request.user.name,
            "LOGNAME": plan.request.user.name,
            "PATH": pathWithSystemFolders(variables["PATH"]),
        ]
        let array = ShellFunctions.elementArray(elements)
        added[array.name] = array.value
        // The documentation of the original promises it for block-device, too.
        if [.root, .blockDevice, .cleanup].contains(phase) {
            added["TARGET_ROOT"] = folders.tree.string
        }
        return added
    }

    private func inside(_ variables: [String: String]) -> [String: String] {
        let user = plan.request.user
        // Nobody reads the value of the first, but scripts of the original's ramdisk elements expand all of them.
        let added = [
            "_BASE_ELEMENT_DIR": plan.request.elementFolders.last ?? "",
            "TMP_IMAGE_PATH": "/tmp/dibhost-ramdisk", "EXTRA_DETACH": "", "EXTRA_UNMOUNT": "",
        ].filter { variables[$0.key] == nil }
        return added.merging([
            "HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/sh",
            "PATH": Self.chrootPath, "TERM": variables["TERM"] ?? "dumb",
            "SUDO_USER": user.name, "SUDO_UID": String(user.id), "SUDO_GID": String(user.group),
        ]) { $1 }
    }

    private func pathWithSystemFolders(_ path: String?) -> String {
        var folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(
            String.init)
        for folder in ["/sbin", "/usr/sbin", "/usr/local/sbin"] where !folders.contains(folder) {
            folders.append(folder)
        }
        folders.append(HookPrograms.folder(in: self.folders.build).string)
        return folders.joined(separator: ":")
    }
}
