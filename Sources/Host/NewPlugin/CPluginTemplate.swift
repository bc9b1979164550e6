// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import SystemPackage

/// An element in C: one source file, its manifest and a Makefile.
struct CPluginTemplate: PluginTemplate {
    let names: PluginNames
    /// The folder of dibhost.
    let dibhost: String

    /// - Throws: `BuildError` when the source is no folder: make fetches nothing.
    init(names: PluginNames, source: ElementAPISource) throws {
        guard case .folder(let folder) = source else {
            throw BuildError(
                .refused, "an element in C needs dib_element.h, and --dibhost is no folder",
                hint: "Clone dibhost and name that folder with --dibhost.")
        }
        self.names = names
        dibhost = folder.string
    }

    var library: String { "\(names.element).so" }
    var build: String { "make" }

    var files: [(path: String, text: String)] {
        [
            ("Makefile", makefile), ("\(names.element).c", code),
            ("manifest.json", manifest(names)),
            ("README.md", readme), (".gitignore", "*.so\n"),
        ]
    }

    private var makefile: String {
        """
        # A checkout of dibhost, or lib/dibhost/sdk of an installation.
        DIBHOST ?= \(dibhost)
        CFLAGS ?= -O2 -g -Wall -Wextra

        \(library): \(names.element).c manifest.json
        \t$(CC) -std=gnu11 $(CFLAGS) -fPIC -fvisibility=hidden -I '$(DIBHOST)/Sources/CElement/include' \\
        \t\t-shared -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS) -o $@ $<
        \tchmod go-w $@

        clean:
        \trm -f \(library)

        """
    }

    private var code: String {
        """
        // Adds a line to the message of the day. dib_element.h describes each type and call.
        #include "dib_element.h"

        #include <errno.h>
        #include <stdio.h>

        DIB_MANIFEST("manifest.json");

        // What the hooks get: here the host alone, whose services they call.
        static int32_t create(const dib_host *host, void **element, dib_error *error) {
            (void)error;
            *element = (void *)host;
            return 0;
        }

        // Runs in the chroot, where the target tree is "/".
        static int32_t install(void *element, dib_error *error) {
            const dib_host *host = element;
            const char *text = host->parameter(host->state, "text");
            FILE *motd = fopen("/etc/motd", "a");
            int failed = !motd || fprintf(motd, "%s\\n", text ? text : "") < 0;
            if ((motd && fclose(motd) != 0) || failed) {
                error->code = errno;
                error->message = "cannot write '/etc/motd'";
                return 1;
            }
            host->log(host->state, DIB_LOG_INFO, "added a line to the message of the day");
            return 0;
        }

        // The plugin's one exported function.
        const dib_element *dib_element_v1(const dib_host *host) {
            static const dib_hook hooks[] = {
                {.size = sizeof(dib_hook), .phase = DIB_PHASE_INSTALL, .run = install},
            };
            static const dib_element table = {
                .size = sizeof(dib_element),
                .abi = DIB_ABI,
                .create = create,
                .hook_count = sizeof hooks / sizeof hooks[0],
                .hook_stride = sizeof hooks[0],
                .hooks = hooks,
            };
            return host->abi == DIB_ABI ? &table : NULL;
        }

        """
    }

    private var readme: String {
        """
        # \(names.element)

        An element of dibhost, written in C. It adds the parameter `text` as a line to /etc/motd.

        Build it, check it, and make an image with it:

        ```sh
        \(commands(names).joined(separator: "\n"))
        ```

        `\(library)` is all that is shipped: it works in every folder that is given with `--plugin-dir`.

        | file | what |
        |---|---|
        | `\(names.element).c` | what the element does, a function for each phase |
        | `manifest.json` | name, parameters, phases, packages; embedded by `DIB_MANIFEST` |
        | `Makefile` | where dib_element.h is found: `DIBHOST` |

        Code and manifest name the same phases. `debian` and `vm` are elements of dibhost: where it is not installed,
        name their folder with a second `--plugin-dir`.

        """
    }
}
