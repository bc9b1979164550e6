// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "ramdisk-files.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char ramdisk_init_text[] = {
#embed "init"
    , 0};

const char *ramdisk_init(void) { return ramdisk_init_text; }

static const char ramdisk_ramdisk_functions_text[] = {
#embed "ramdisk-functions"
    , 0};

const char *ramdisk_ramdisk_functions(void) { return ramdisk_ramdisk_functions_text; }

static const char ramdisk_start_text[] = {
#embed "10-start"
    , 0};

const char *ramdisk_start(void) { return ramdisk_start_text; }

static const char ramdisk_parameters_text[] = {
#embed "20-parameters"
    , 0};

const char *ramdisk_parameters(void) { return ramdisk_parameters_text; }

static const char ramdisk_network_text[] = {
#embed "40-network"
    , 0};

const char *ramdisk_network(void) { return ramdisk_network_text; }

static const char ramdisk_udhcpc_script_text[] = {
#embed "udhcpc-script"
    , 0};

const char *ramdisk_udhcpc_script(void) { return ramdisk_udhcpc_script_text; }
