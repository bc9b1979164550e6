// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// A host that loads all plugins before it uses any: first all tables, then all elements, then the hooks from the last
/// plugin to the first.
private let host = """
    #include "dib_element.h"
    #include <dlfcn.h>
    #include <errno.h>
    #include <fcntl.h>
    #include <stdio.h>
    #include <string.h>

    static int tree;

    static void write_log(void *state, dib_log_level level, const char *text) {
        printf("%s: %s\\n", (const char *)state, text);
    }
    static const char *parameter(void *state, const char *name) {
        return strcmp(name, "work") ? state : "append /etc/motd Scribe";
    }
    static int32_t open_target_file(void *state, const char *path, int32_t flags, uint32_t mode) {
        int file = openat(tree, path[1] ? path + 1 : ".", flags | O_CLOEXEC, mode);
        return file < 0 ? -errno : file;
    }

    int main(int count, char **arguments) {
        int mode = strcmp(arguments[1], "global") ? RTLD_LOCAL : RTLD_GLOBAL;
        tree = open(arguments[2], O_RDONLY | O_DIRECTORY);
        int plugins = (count - 3) / 2;
        dib_host hosts[plugins];
        const dib_element *tables[plugins];
        void *elements[plugins];
        dib_error error = {.size = sizeof error};
        for (int i = 0; i < plugins; i++) {
            void *library = dlopen(arguments[4 + 2 * i], RTLD_NOW | mode);
            if (!library) return puts(dlerror()), 1;
            hosts[i] = (dib_host){.size = sizeof(dib_host), .abi = DIB_ABI, .state = arguments[3 + 2 * i],
                .log = write_log, .parameter = parameter, .open_target_file = open_target_file};
            tables[i] = ((dib_entry)dlsym(library, DIB_ENTRY_SYMBOL))(&hosts[i]);
        }
        for (int i = 0; i < plugins; i++)
            if (tables[i]->create(&hosts[i], &elements[i], &error)) return puts(error.message), 1;
        for (int i = plugins; i--;)
            for (uint32_t k = 0; k < tables[i]->hook_count; k++) {
                const dib_hook *hook = (const void *)((const char *)tables[i]->hooks + k * tables[i]->hook_stride);
                if (hook->phase == DIB_PHASE_INSTALL && hook->run(elements[i], &error)) return puts(error.message), 1;
            }
    }
    """

/// Each plugin in Swift brings its own copy of ElementAPI, one brings its own Swift runtime too: in one process they
/// do each other no harm, even where the loader may mix their symbols.
@Test(arguments: ["local", "global"])
func copiesOfElementAPIAndOfTheRuntimeLiveSideBySide(scope: String) throws {
    try TemporaryFolder.with("copies") { folder in
        try TextFile.write(host, to: folder.appending("host.c"))
        let program = folder.appending("host").string
        let include = BuiltProducts.repository.appending("Sources/CElement/include").string
        try Command(
            "cc", ["-w", "-I", include, folder.appending("host.c").string, "-o", program, "-ldl"]
        ).checkedOutput()
        try TextFile.write("", to: folder.appending("tree/etc/motd"))
        let packages = VendorPackages.Package.allCases.filter(\.isSwift)
        // Ours first: it finds the toolchain's runtime, which the others expect from the host.
        let scribe = BuiltProducts.folder.appending("libScribe.so").string
        let plugins =
            try ["Scribe", scribe]
            + packages.flatMap {
                [$0.element, try VendorPackages.shared()[$0].library.string]
            }
        let captured = try Command(
            program, [scope, folder.appending("tree").string] + plugins
        ).capture()
        #expect(captured.status == .exited(0), "\(captured.output)\(captured.errorLines)")
        let names = packages.map(\.element).reversed()
        let motd = try TextFile.read(folder.appending("tree/etc/motd")).split(separator: "\n")
        #expect(motd.map(String.init) == names + ["Scribe"])
        let said = names.map { "\($0): added '\($0)' to the message of the day" }
        let lines = captured.output.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0.contains(": added ") } == said)
    }
}
