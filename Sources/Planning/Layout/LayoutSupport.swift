// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Refuses, by name and before the build, what a layout may say but dibhost cannot build yet.
struct LayoutSupport {
    let layout: DiskLayout
    let resolved: ResolvedElements
    let request: BuildRequest

    func check() throws {
        try checkShellHooks()
    }

    /// Shell hooks of the last phases work on the mounted image, which so far is one file system.
    private func checkShellHooks() throws {
        let last: [Phase] = [.preFinalise, .finalise, .cleanup]
        let hooks = resolved.elements.flatMap(\.description.hooks)
        guard layout.volumes.count(where: { $0.mountPoint != nil }) > 1,
            request.formats.contains(where: \.isDiskImage),
            let hook = hooks.first(where: { $0.kind == .legacy && last.contains($0.phase) })
        else { return }
        throw refusal(
            "the shell hook '\(hook.sortName)' of element '\(hook.element)' in phase"
                + " \(hook.phase.rawValue) needs the image mounted, which is done for a single file"
                + " system only",
            "Leave out the element, or put everything into one file system.")
    }

    private func refusal(_ problem: String, _ hint: String) -> BuildError {
        BuildError(
            .refused, "\(layout.title) cannot be built yet: \(problem)", hint: hint)
    }
}
