// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import LinuxSystem
package import Planning
package import SystemPackage

/// What a hook finds when it starts: the variables of the contract with shell elements, and who it runs as.
///
/// Order of precedence, the strongest first: --set, --config, the caller's environment, environment.d, a native
/// element's default. environment.d itself sees the first three, and what native elements export.
package struct LegacyEnvironment: Sendable {
    /// The folders of one build.
    package struct Folders: Sendable {
        /// TMP_BUILD_DIR.
        package var build: FilePath
        /// TMP_IMAGE_DIR, where the image is put together.
        package var image: FilePath
        /// TMP_MOUNT_PATH, the target tree.
        package var tree: FilePath
        /// TMP_HOOKS_PATH.
        package var hooks: FilePath

        /// _LIB.
        package var library: FilePath { build.appending("lib") }

        package init(build: FilePath, image: FilePath, tree: FilePath, hooks: FilePath) {
            self.build = build
            self.image = image
            self.tree = tree
            self.hooks = hooks
        }
    }

    let plan: BuildPlan
    /// The disk layout as it stands.
    let layout: DiskLayout
    let folders: Folders
    /// Where `NativeElementView` put the folders of native elements.
    let views: FilePath
    /// The elements' names and folders, in their order; of a native one the generated view.
    let elements: [(name: String, path: String)]
    /// What the build itself learned on its way, such as IMAGE_BLOCK_DEVICE; hooks that start later see it.
    package var runtimeVariables: [String: String] = [:]

    /// The user that hooks outside the chroot run as; nil when that is who the builder is.
    package var user: Command.Credentials?

    /// The environment of one build; `views` is where `NativeElementView` put the folders of native elements.
    ///
    /// `layout` is the plan's unless a hook has changed it.
    package init(
        plan: BuildPlan, layout: DiskLayout? = nil, folders: Folders, views: FilePath,
        user: Command.Credentials? = nil
    ) {
        self.plan = plan
        self.layout = layout ?? plan.layout
        self.folders = folders
        self.views = views
        self.user = user
        elements = plan.elements.map { element in
            let description = element.description
            let path =
                description.kind == .native
                ? views.appending(description.name).string : description.path
            return (description.name, path)
        }
    }

    /// The command that runs `hook` after environment.d was sourced.
    ///
    /// Inside the chroot the hook folder has to be bound at `HookFolder.pathInChroot`.
    package func command(for hook: LegacyHook) -> Command {
        runner(["--only", hook.name], phase: hook.phase)
    }

    /// The variables that hooks of `phase` would get, environment.d included, as far as they are exported.
    ///
    /// Runs the elements' environment.d.
    package func evaluated(for phase: Phase) throws -> [String: String] {
        let output = try runner(["--environment"], phase: phase).checkedOutput()
        var variables: [String: String] = [:]
        for entry in output.split(separator: "\0") {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            variables[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
        }
        return variables
    }

    private func runner(_ arguments: [String], phase: Phase) -> Command {
        let hooks = phase.isInChroot ? HookFolder.pathInChroot : folders.hooks
        let script = hooks.appending(RunPartsScript.name).string
        let folder = hooks.appending("\(phase.rawValue).d").string
        var command = Command(
            "bash", [script] + arguments + [folder], environment: variables(for: phase))
        if phase.isInChroot {
            command.root = folders.tree
            command.workingDirectory = "/"
        } else {
            command.credentials = user
        }
        return command
    }
}
