using Microsoft.AspNetCore.Http;

namespace MnistCnn.Samples.Serving;

/// <summary>Answers a request whose body is a picture; what is wrong with the body is status 400 with the reason.</summary>
internal static class PictureAnswer
{
    public static async Task Write(HttpContext context, Func<byte[], object> answer)
    {
        byte[] body = await PictureBody.Read(context);
        object value;
        try
        {
            value = answer(body);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or IOException)
        {
            await JsonAnswer.Refuse(context, StatusCodes.Status400BadRequest, e.Message);
            return;
        }

        await JsonAnswer.Write(context, value);
    }
}
