// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// Programs that hooks outside the chroot find at the end of PATH, which are part of no element: `dib-block-device`,
/// `element-info`, `python3`, and `sudo` where none is.
///
/// They lie in the folder `programs` of TMP_BUILD_DIR.
package enum HookPrograms {
    /// The Python that the stand-in starts.
    private static let python = "/usr/bin/python3"

    /// The folder in the build folder `build`.
    static func folder(in build: FilePath) -> FilePath { build.appending("programs") }

    /// What DIB_PYTHON_EXEC is unless the caller names another Python.
    static func pythonPath(in build: FilePath) -> FilePath {
        folder(in: build).appending("python3")
    }

    /// Adds them to `files`.
    ///
    /// `sudo` is among them when hooks run as root and `path`, the caller's PATH, has none: then there is nothing to
    /// gain by it, but shell elements put it in front of each command.
    package static func add(to files: inout UserFiles, in build: FilePath, path: String) {
        let folder = folder(in: build)
        let modules = folder.appending("modules/diskimage_builder")
        files.addFolder(modules)
        files.addFile(modules.appending("__init__.py"), "")
        files.addFile(modules.appending("logging_config.py"), loggingText)
        var programs = [
            ("dib-block-device", blockDeviceText), ("element-info", elementInfoText),
            ("python3", pythonText(folder.appending("modules"))),
        ]
        if bringsSudo(path: path, user: files.user) { programs.append(("sudo", sudoText)) }
        for (name, text) in programs {
            files.addFile(folder.appending(name), text, isProgram: true)
        }
    }

    /// Whether hooks find a `sudo` there.
    static func bringsSudo(path: String, user: Command.Credentials?) -> Bool {
        user == nil && HostProgram.find("sudo", path: path) == nil
    }

    /// Programs of elements import yaml, and from the original's own package how it logs.
    private static func pythonText(_ modules: FilePath) -> String {
        """
        #!/bin/sh
        # SPDX-License-Identifier: Apache-2.0
        # The build host's Python, which finds what programs of elements import from the original's package.
        PYTHONPATH='\(modules)'${PYTHONPATH:+:$PYTHONPATH}
        export PYTHONPATH
        \(python) "$@" && exit
        status=$?
        if ! \(python) -c 'import yaml' 2>/dev/null; then
            echo "dibhost: \(python) is missing, or cannot import yaml: install python3-yaml," \\
                "or name another Python with DIB_PYTHON_EXEC" >&2
        fi
        exit "$status"

        """
    }

    private static let loggingText = """
        # SPDX-License-Identifier: Apache-2.0
        \"""How programs of elements log; DIB_PYTHON_LOGGING_CONFIG_FILE names a file of logging.config instead.\"""
        import json
        import logging
        import logging.config
        import os


        def setup():
            name = os.environ.get("DIB_PYTHON_LOGGING_CONFIG_FILE")
            if name:
                with open(name) as file:
                    logging.config.dictConfig(json.load(file))
                return
            traces = int(os.environ.get("DIB_DEBUG_TRACE") or 0) > 0
            logging.basicConfig(
                level=logging.DEBUG if traces else logging.INFO,
                format="%(levelname)s %(name)s [-] %(message)s")

        """

    /// Values of the layout; what the original's program does beside that, dibhost does itself.
    private static let blockDeviceText = #"""
        #!/bin/sh
        # SPDX-License-Identifier: Apache-2.0
        # dib-block-device getval NAME: a value of the disk layout that is being built.
        if [ "${1:-}" != getval ]; then
            echo "dib-block-device: dibhost makes the disk itself; only 'getval NAME' can be asked for" >&2
            exit 2
        fi
        case ${2:-} in
            boot-label) echo "$DIB_BOOT_LABEL" ;;
            image-block-device) echo "${IMAGE_BLOCK_DEVICE:-}" ;;
            image-block-devices) echo "${IMAGE_BLOCK_DEVICES:-}" ;;
            mount-points) echo "$DIB_MOUNTPOINTS" ;;
            root-fstype) echo "$DIB_ROOT_FSTYPE" ;;
            root-label) echo "$DIB_ROOT_LABEL" ;;
            *)
                echo "dib-block-device: there is no value '${2:-}'" >&2
                exit 1
                ;;
        esac

        """#

    private static var elementInfoText: String {
        """
        #!/bin/bash
        # SPDX-License-Identifier: Apache-2.0
        exec -a element-info '\(ownProgram)' "$@"

        """
    }

    /// The running program, which the name of its link tells what to be.
    private static var ownProgram: String {
        SymbolicLink.target(of: "/proc/self/exe")?.string ?? "dibhost"
    }

    package static let sudoText = #"""
        #!/bin/sh
        # SPDX-License-Identifier: Apache-2.0
        # sudo for hooks that run as root on a machine without it: runs the command, as root or, with -u, as another user.
        user=root
        while [ $# -gt 0 ]; do
            case $1 in
                --) shift && break ;;
                --user=*) user=${1#--user=} && shift ;;
                -u | --user) user=${2:?} && shift 2 ;;
                -*[!EHknS-]* | -) echo "sudo: this stand-in does not know the option '$1'" >&2 && exit 1 ;;
                -*) shift ;;
                [A-Za-z_]*=*) export "${1?}" && shift ;;
                *) break ;;
            esac
        done
        [ $# -gt 0 ] || exit 0
        [ "$user" = root ] || exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
        exec "$@"

        """#
}
