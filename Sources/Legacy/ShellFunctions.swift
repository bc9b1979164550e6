// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem

/// The bash functions that hooks outside the chroot may call.
///
/// They are in the form in which bash takes functions from its environment. Hooks inside the chroot never had them.
enum ShellFunctions {
    /// Prints its arguments and ends the hook with the status of the command before it, or 1 when that was 0.
    static let die = function(
        "die",
        """
        local status=$?
            echo "$@" >&2
            if [ "$status" -eq 0 ]; then status=1; fi
            exit "$status"
        """)

    /// Prints `[name]=folder` for each element of the image, to be read into an associative array.
    static func elementArray(_ elements: [(name: String, path: String)]) -> (
        name: String, value: String
    ) {
        let lines = elements.map { "    printf '%s\\n' \("[\($0.name)]=\($0.path)".shellQuoted)" }
        return function("get_image_element_array", lines.joined(separator: "\n") + "\n    :")
    }

    private static func function(_ name: String, _ body: String) -> (name: String, value: String) {
        ("BASH_FUNC_\(name)%%", "() {\n    \(body)\n}")
    }
}
