using System;
using System.Threading;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>
    /// A failure that the native library reports. The message says what failed, where, and what to do; it never
    /// contains a token, a cookie or the query of a signed URL, so it can be logged. Statuses of a kind that needs
    /// its own handling have a class of their own, derived from this one.
    /// </summary>
    /// <remarks>Cancelling is <see cref="OperationCanceledException"/> instead, as everywhere in .NET.</remarks>
    public class ApsException : Exception
    {
        internal ApsException(ErrorDetails details) : base(details.Message)
        {
            Status = details.Status;
            HttpStatus = details.HttpStatus;
            OsCode = details.OsCode;
            RequestId = details.RequestId;
            RetryAfter = details.RetryAfter;
        }

        /// <summary>What failed, as a number to decide by.</summary>
        public ApsStatus Status { get; }

        /// <summary>The HTTP status that caused the error, or null if none did.</summary>
        public int? HttpStatus { get; }

        /// <summary>The error number of the operating system (<c>errno</c>, <c>GetLastError</c>) that caused the
        /// error, or null if none did.</summary>
        public int? OsCode { get; }

        /// <summary>The service's own id of the failed request, for a support case with Autodesk or AWS, or
        /// null.</summary>
        public string RequestId { get; }

        /// <summary>How long the service asked to wait before the next try, or null if it did not.</summary>
        public TimeSpan? RetryAfter { get; }

        internal static ApsException From(int status, ErrorHandle error) => From(new ErrorDetails(status, error));

        internal static ApsException From(ErrorDetails details)
        {
            switch (details.Status)
            {
                case ApsStatus.InvalidArgument:
                    return new ApsArgumentException(details);
                case ApsStatus.Network:
                case ApsStatus.Dns:
                case ApsStatus.Proxy:
                case ApsStatus.Timeout:
                    return new ApsNetworkException(details);
                case ApsStatus.Tls:
                    return new ApsTlsException(details);
                case ApsStatus.Auth:
                case ApsStatus.Forbidden:
                    return new ApsAuthException(details);
                case ApsStatus.NotFound:
                    return new ApsNotFoundException(details);
                case ApsStatus.NotReady:
                    return new ApsNotReadyException(details);
                case ApsStatus.RateLimited:
                    return new ApsRateLimitedException(details);
                case ApsStatus.Http:
                case ApsStatus.BadResponse:
                case ApsStatus.Expired:
                case ApsStatus.Refused:
                    return new ApsHttpException(details);
                case ApsStatus.Changed:
                case ApsStatus.Integrity:
                    return new ApsIntegrityException(details);
                case ApsStatus.File:
                case ApsStatus.DiskFull:
                case ApsStatus.FileLocked:
                case ApsStatus.FileExists:
                case ApsStatus.Busy:
                    return new ApsFileException(details);
                default:
                    return new ApsException(details);
            }
        }

        /// <summary>The error of one entry of a list; null for one that has none.</summary>
        internal static ApsException IfAny(int status, ErrorHandle error)
        {
            using (error)
            {
                return status < 0 ? From(status, error) : null;
            }
        }

        /// <summary>This, or what .NET throws for it when something was cancelled.</summary>
        internal Exception AsThrown(CancellationToken cancellationToken)
        {
            return Status == ApsStatus.Cancelled
                ? new OperationCanceledException(Message, this, cancellationToken)
                : (Exception)this;
        }
    }

    /// <summary>What an error object says.</summary>
    internal sealed unsafe class ErrorDetails
    {
        internal ErrorDetails(ApsStatus status, string message)
        {
            Status = status;
            Message = message;
        }

        internal ErrorDetails(int status, ErrorHandle error)
        {
            Status = (ApsStatus)status;
            if (error == null || error.IsInvalid)
            {
                Message = Text.Decode(Native.apsfetch_status_text(status));
                return;
            }
            Message = Text.Decode(Native.apsfetch_error_message(error));
            HttpStatus = NotZero(Native.apsfetch_error_http_status(error));
            OsCode = NotZero(Native.apsfetch_error_os_code(error));
            RequestId = Text.Decode(Native.apsfetch_error_request_id(error));
            var wait = Native.apsfetch_error_retry_after_ms(error);
            RetryAfter = wait < 0 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(wait);
        }

        internal ApsStatus Status { get; }
        internal string Message { get; }
        internal int? HttpStatus { get; }
        internal int? OsCode { get; }
        internal string RequestId { get; }
        internal TimeSpan? RetryAfter { get; }

        private static int? NotZero(int number) => number == 0 ? (int?)null : number;
    }

    /// <summary>An option or a request is malformed or out of range. Nothing was sent or written.</summary>
    public sealed class ApsArgumentException : ApsException
    {
        internal ApsArgumentException(ErrorDetails details) : base(details)
        {
        }
    }

    /// <summary>The servers could not be reached, or the connection did not hold.</summary>
    public class ApsNetworkException : ApsException
    {
        internal ApsNetworkException(ErrorDetails details) : base(details)
        {
        }
    }

    /// <summary>TLS failed: the certificate is not trusted, expired or for another host.
    /// <see cref="ApsClientOptions.CaFile"/> makes the certificates of a firm's inspection proxy known.</summary>
    public sealed class ApsTlsException : ApsNetworkException
    {
        internal ApsTlsException(ErrorDetails details) : base(details)
        {
        }
    }

    /// <summary>A server answered, but not with the file.</summary>
    public class ApsHttpException : ApsException
    {
        internal ApsHttpException(ErrorDetails details) : base(details)
        {
        }
    }

    /// <summary>The token is missing, wrong or expired (<see cref="ApsStatus.Auth"/>), or lacks a scope or the
    /// right to the item (<see cref="ApsStatus.Forbidden"/>).</summary>
    public sealed class ApsAuthException : ApsHttpException
    {
        internal ApsAuthException(ErrorDetails details) : base(details)
        {
        }
    }

    /// <summary>The design, derivative, bucket or object does not exist in this region.</summary>
    public sealed class ApsNotFoundException : ApsHttpException
    {
        internal ApsNotFoundException(ErrorDetails details) : base(details)
        {
        }
    }

    /// <summary>The derivative is not translated yet.</summary>
    public sealed class ApsNotReadyException : ApsHttpException
    {
        internal ApsNotReadyException(ErrorDetails details) : base(details)
        {
        }
    }

    /// <summary>APS asks to slow down; see <see cref="ApsException.RetryAfter"/>.</summary>
    public sealed class ApsRateLimitedException : ApsHttpException
    {
        internal ApsRateLimitedException(ErrorDetails details) : base(details)
        {
        }
    }

    /// <summary>The bytes are not the promised ones. The target was not touched.</summary>
    public sealed class ApsIntegrityException : ApsException
    {
        internal ApsIntegrityException(ErrorDetails details) : base(details)
        {
        }
    }

    /// <summary>The file could not be written or put in its place; see <see cref="ApsException.OsCode"/>.</summary>
    public sealed class ApsFileException : ApsException
    {
        internal ApsFileException(ErrorDetails details) : base(details)
        {
        }
    }
}
