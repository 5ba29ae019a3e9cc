import type {
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
} from '@aws-sdk/client-ssm';

/** The calls of SSM that a function makes. Errors have the name that the service gives them, e.g. `ParameterNotFound`. */
export interface ParameterReads {
  getParameter(input: GetParameterRequest): Promise<GetParameterResult>;
  getParametersByPath(input: GetParametersByPathRequest): Promise<GetParametersByPathResult>;
}
