#ifndef LANDSCAPE_CLI_INFO_CPU_H
#define LANDSCAPE_CLI_INFO_CPU_H

/* Prints what the machine has, and which kernels are used for each precision. */
void cli_info_cpu(void);

#endif
