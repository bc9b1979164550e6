// SPDX-License-Identifier: Apache-2.0
#include "dib_element.h"
#include "deploy-files.h"

DIB_MANIFEST_BEGIN
#embed "manifest.json"
DIB_MANIFEST_END

static const char deploy_fetch_functions_text[] = {
#embed "fetch-functions"
    , 0};

const char *deploy_fetch_functions(void) { return deploy_fetch_functions_text; }

static const char deploy_write_functions_text[] = {
#embed "write-functions"
    , 0};

const char *deploy_write_functions(void) { return deploy_write_functions_text; }

static const char deploy_iscsi_functions_text[] = {
#embed "iscsi-functions"
    , 0};

const char *deploy_iscsi_functions(void) { return deploy_iscsi_functions_text; }

static const char deploy_disk_text[] = {
#embed "60-disk"
    , 0};

const char *deploy_disk(void) { return deploy_disk_text; }

static const char deploy_deploy_text[] = {
#embed "80-deploy"
    , 0};

const char *deploy_deploy(void) { return deploy_deploy_text; }
